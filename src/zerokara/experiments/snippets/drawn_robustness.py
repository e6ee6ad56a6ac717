# rules: conv2d, cross_entropy
import numpy as np

import zerokara as zk
from zerokara import functional as F
from zerokara.data.transforms import Crop

# part: train

images = 1000
test_images = 2000
iterations = 1000
data, accuracies, altering = zk.data.load("mnist"), [], zk.generator(0, "lab", "batches", "transform")
few, test, shape = data.train.take(images), data.test.take(test_images), data.train.shape
a, b, c = (zk.generator(0, "lab", "weights", dense) for dense in (True, False, False))
nets = [zk.models.MultiLayerNet(int(np.prod(shape)), [100], len(data.classes), rng=a)]
nets += [zk.models.SimpleConvNet(shape, len(data.classes), filter_size=5, init="he", rng=r) for r in (b, c)]
for net, alter in zip(nets, (lambda x: x, lambda x: x, lambda x: Crop(2)(x, altering))):
    train(net, zk.optim.Adam(net, lr=0.001), few, iterations, alter=alter)
    for d in range(5):  # the test pictures, moved to the right
        moved = np.pad(test.images, ((0, 0), (0, 0), (0, 0), (d, 0)))[..., : shape[2]]
        accuracies.append(zk.training.evaluate(net, zk.data.Split(moved, test.labels)).accuracy)
    print(type(net).__name__, accuracies[-5:])

# rules: conv2d, cross_entropy
import zerokara as zk
from zerokara import functional as F
from zerokara.data.transforms import Crop, HorizontalFlip

# part: train

images = 1000
iterations = 1000
test_images = 10000
strength = 2
data, tests = zk.data.load("mnist"), []
few, test, shape = data.train.take(images), data.test.take(test_images), data.train.shape
for change in (lambda x, _: x, Crop(strength), HorizontalFlip()):
    altering = zk.generator(0, "lab", "batches", "transform")  # each batch is altered anew
    drawn, size = zk.generator(0, "lab", "weights"), min(5, *shape[1:])
    net = zk.models.SimpleConvNet(shape, len(data.classes), filter_size=size, init="he", rng=drawn)
    train(net, zk.optim.Adam(net, lr=0.001), few, iterations, alter=lambda x: change(x, altering))
    tests.append(zk.training.evaluate(net, test).accuracy)
    print(change, tests[-1])

# rules: conv2d, linear, cross_entropy
import numpy as np

import zerokara as zk
from zerokara import functional as F

# part: train

images = 5000
iterations = 600
data = zk.data.load("mnist")
some, shape, found = data.train.take(images), data.train.shape, []
order = zk.generator(0, "lab", "permutation").permutation(shape[1] * shape[2])


def mixed(split):
    flat = split.images.reshape(*split.images.shape[:2], -1)
    return zk.data.Split(np.ascontiguousarray(flat[:, :, order]).reshape(split.images.shape), split.labels)


for few, test in ((some, data.test), (mixed(some), mixed(data.test))):
    a, b = zk.generator(0, "lab", "weights", "mlp"), zk.generator(0, "lab", "weights")
    dense = zk.models.MultiLayerNet(int(np.prod(shape)), [100], len(data.classes), rng=a)
    for net in (dense, zk.models.SimpleConvNet(shape, len(data.classes), init="he", rng=b)):
        found.append(train(net, zk.optim.Adam(net, lr=0.001), few, iterations))
        print(type(net).__name__, zk.training.evaluate(net, test).accuracy)

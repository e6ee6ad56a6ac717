# rules: linear, relu, cross_entropy
import numpy as np

import zerokara as zk
from zerokara import functional as F

# part: train

hidden = 50
value = 0.01
iterations = 1000
data = zk.data.load("mnist")
pixels, different = int(np.prod(data.train.shape)), []
for init in (zk.nn.init.Constant(0.0), zk.nn.init.Constant(value), 0.01):  # all 0, all equal, at random
    drawn = zk.generator(0, "lab", "weights")
    net = zk.models.MultiLayerNet(pixels, [hidden], len(data.classes), init=init, rng=drawn)
    train(net, zk.optim.SGD(net, lr=0.1), data.train, iterations)
    units = net.fc1.weight.data
    different.append(len(np.unique(np.round(units / (np.abs(units).max() or 1), 3), axis=0)))
    print(different[-1], "different hidden units:", zk.training.evaluate(net, data.test).accuracy)

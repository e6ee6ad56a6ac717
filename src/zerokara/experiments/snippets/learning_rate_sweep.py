# rules: linear, relu, cross_entropy
import numpy as np

import zerokara as zk
from zerokara import functional as F

# part: train

lr = (0.0001, 0.001, 0.01, 0.1, 0.5, 1.0, 3.0, 10.0, 30.0)
iterations = 1000
data = zk.data.load("mnist")
pixels, tests = int(np.prod(data.train.shape)), []
for rate in lr:
    net = zk.models.TwoLayerNet(pixels, 50, len(data.classes), init=0.01, rng=zk.generator(0, "lab", "weights"))
    with np.errstate(all="ignore"):
        losses = train(net, zk.optim.SGD(net, lr=rate), data.train, iterations)
    tests.append(zk.training.evaluate(net, data.test).accuracy)
    print(rate, np.mean(losses[-100:]), tests[-1])

# rules: linear, sigmoid, relu, cross_entropy
import numpy as np

import zerokara as zk
from zerokara import functional as F

# part: train

hidden = ("40-20", "10-5", "80-40", "1000-500")
iterations = 2000
data = zk.data.load("mnist")
pixels, sizes, found = int(np.prod(data.train.shape)), [int(n) for n in hidden[0].split("-")], {}
for activation in ("sigmoid", "relu"):
    for init in (0.01, "he"):
        made = {"init": init, "rng": zk.generator(0, "lab", "weights", hidden[0], 0)}
        net = zk.models.MultiLayerNet(pixels, sizes, len(data.classes), activation=activation, **made)
        few = data.train.take(1000)
        F.cross_entropy(net(zk.data.scaled(few.images)), few.labels).backward()
        found[activation, init] = [np.abs(p.grad).mean() for p in net.parameters() if p.ndim == 2]
        train(net, zk.optim.SGD(net, lr=0.1), data.train, iterations)
        print(activation, init, found[activation, init], zk.training.evaluate(net, data.test).accuracy)

# rules: linear, sigmoid, cross_entropy
import numpy as np

import zerokara as zk
from zerokara import functional as F

# part: train

optimizers = ("sgd", "momentum", "adagrad", "rmsprop", "adam")
lr = (0.01, 0.3, 0.1, 0.01, 0.01)
iterations = 1000
data = zk.data.load("mnist")
pixels, tests = int(np.prod(data.train.shape)), []
for name, rate in zip(optimizers, lr * len(optimizers)):
    drawn = zk.generator(0, "lab", "weights")
    net = zk.models.MultiLayerNet(pixels, [40, 20], len(data.classes), activation="sigmoid", init=0.01, rng=drawn)
    train(net, zk.optim.optimizer_by_name(name, net, lr=rate), data.train, iterations)
    tests.append(zk.training.evaluate(net, data.test).accuracy)
    print(name, rate, tests[-1])

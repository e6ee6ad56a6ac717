# rules: linear, sigmoid, relu, cross_entropy
import numpy as np

import zerokara as zk
from zerokara import functional as F

# part: train

hidden = 50
activation = "sigmoid"
iterations = 10000
lr = 0.1
data = zk.data.load("mnist")
pixels, drawn = int(np.prod(data.train.shape)), zk.generator(0, "lab", "weights")
net = zk.models.TwoLayerNet(pixels, hidden, len(data.classes), activation=activation, init=0.01, rng=drawn)
losses = train(net, zk.optim.SGD(net, lr=lr), data.train, iterations)
print(np.mean(losses[-100:]), zk.training.evaluate(net, data.test).accuracy)

# rules: linear, relu, cross_entropy
import numpy as np

import zerokara as zk
from zerokara import functional as F

# part: train

iterations = 2000
data = zk.data.load("mnist")
pixels, curves = int(np.prod(data.train.shape)), {}
for init in (0.01, "xavier", "he"):
    drawn = zk.generator(0, "lab", "weights")
    net = zk.models.MultiLayerNet(pixels, [100] * 4, len(data.classes), init=init, rng=drawn)
    curves[init] = train(net, zk.optim.SGD(net, lr=0.01), data.train, iterations, 128)  # the same batches for each
    print(init, np.mean(curves[init][-100:]))

# rules: linear, relu, cross_entropy
import numpy as np

import zerokara as zk
from zerokara import functional as F
from zerokara import optim

# part: train

iterations = 2000
data = zk.data.load("mnist")
pixels, curves = int(np.prod(data.train.shape)), {}
for make, lr in ((optim.SGD, 0.01), (optim.Momentum, 0.01), (optim.AdaGrad, 0.01), (optim.Adam, 0.001)):
    drawn = zk.generator(0, "lab", "weights")  # the same start for each, and the same batches
    net = zk.models.MultiLayerNet(pixels, [100] * 4, len(data.classes), rng=drawn)
    curves[make.__name__] = train(net, make(net, lr=lr), data.train, iterations, 128)
    print(make.__name__, np.mean(curves[make.__name__][-100:]))

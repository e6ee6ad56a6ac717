# rules: linear, relu, cross_entropy
import numpy as np

import zerokara as zk
from zerokara import functional as F

data = zk.data.load("mnist")
pixels, classes = int(np.prod(data.train.shape)), len(data.classes)
curves = {}
for init in (0.01, "xavier", "he"):
    net = zk.models.MultiLayerNet(pixels, [100] * 4, classes, init=init, rng=zk.generator(0, "lab", "weights"))
    optimizer, drawn = zk.optim.SGD(net, lr=0.01), zk.generator(0, "lab", "batches")
    curves[init] = []
    for _ in range(2000):
        chosen = drawn.integers(0, len(data.train), 128)
        loss = F.cross_entropy(net(zk.data.scaled(data.train.images[chosen])), data.train.labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        curves[init].append(loss.item())
    print(init, curves[init][0], np.mean(curves[init][-100:]))

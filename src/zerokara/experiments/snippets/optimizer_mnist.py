# rules: linear, relu, cross_entropy
import numpy as np

import zerokara as zk
from zerokara import functional as F
from zerokara import optim

data = zk.data.load("mnist")
pixels, classes = int(np.prod(data.train.shape)), len(data.classes)
curves = {}
for make, lr in ((optim.SGD, 0.01), (optim.Momentum, 0.01), (optim.AdaGrad, 0.01), (optim.Adam, 0.001)):
    net = zk.models.MultiLayerNet(pixels, [100] * 4, classes, init="he", rng=zk.generator(0, "lab", "weights"))
    optimizer, drawn = make(net, lr=lr), zk.generator(0, "lab", "batches")  # the same start, the same batches
    losses = curves[make.__name__] = []
    for _ in range(2000):
        chosen = drawn.integers(0, len(data.train), 128)
        loss = F.cross_entropy(net(zk.data.scaled(data.train.images[chosen])), data.train.labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    print(make.__name__, np.mean(losses[-100:]))

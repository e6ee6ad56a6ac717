# rules: linear, sigmoid, cross_entropy
import numpy as np

import zerokara as zk
from zerokara import functional as F

data = zk.data.load("mnist")
pixels, classes = int(np.prod(data.train.shape)), len(data.classes)
net = zk.models.TwoLayerNet(pixels, 50, classes, activation="sigmoid", rng=zk.generator(0, "lab", "weights"))
optimizer = zk.optim.SGD(net, lr=0.1)
drawn = zk.generator(0, "lab", "batches")

losses = []
for _ in range(10_000):
    chosen = drawn.integers(0, len(data.train), 100)  # a mini-batch, with replacement
    loss = F.cross_entropy(net(zk.data.scaled(data.train.images[chosen])), data.train.labels[chosen])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
print(np.mean(losses[-100:]), zk.training.evaluate(net, data.test).accuracy)

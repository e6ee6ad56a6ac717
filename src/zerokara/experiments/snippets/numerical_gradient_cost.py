# rules: linear, sigmoid, cross_entropy
import time

import numpy as np

import zerokara as zk
from zerokara import functional as F

hidden = 50
batch_size = 100
data = zk.data.load("mnist")
chosen = zk.generator(0, "lab", "batch").integers(0, len(data.train), batch_size)
x, labels = zk.data.scaled(data.train.images[chosen], np.float64), data.train.labels[chosen]
pixels, drawn = int(np.prod(data.train.shape)), zk.generator(0, "lab", "weights")
net = zk.models.TwoLayerNet(pixels, hidden, len(data.classes), activation="sigmoid", rng=drawn).astype(np.float64)
began = time.perf_counter()
F.cross_entropy(net(x), labels).backward()
fast, began, differences = time.perf_counter() - began, time.perf_counter(), []
for p in net.parameters():
    slopes = np.empty(p.size)
    for i in range(p.size):  # two forward passes for every single number
        here, losses = p.data.flat[i], []
        for p.data.flat[i] in (here + 1e-4, here - 1e-4):
            losses.append(F.cross_entropy(net(x), labels).item())
        p.data.flat[i], slopes[i] = here, (losses[0] - losses[1]) / 2e-4
    differences.append(np.abs(slopes - p.grad.ravel()).max())
print(fast, time.perf_counter() - began, differences)

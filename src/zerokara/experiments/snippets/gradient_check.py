# rules: linear, relu, cross_entropy
import numpy as np

import zerokara as zk
from zerokara import functional as F

hidden = 50
batch_size = 3
data = zk.data.load("mnist")
few, pixels = data.train.take(batch_size), int(np.prod(data.train.shape))
x, drawn = zk.data.scaled(few.images, np.float64), zk.generator(0, "lab", "weights", 1)
net = zk.models.TwoLayerNet(pixels, hidden, len(data.classes), init=0.01, rng=drawn).astype(np.float64)
F.cross_entropy(net(x), few.labels).backward()

differences = []
for p in net.parameters():
    kept = p.data

    def loss(w, p=p):
        p.data = w
        return F.cross_entropy(net(x), few.labels).item()

    differences.append(np.abs(zk.numerical_gradient(loss, kept) - p.grad).mean())
    p.data = kept
print(differences)  # all tiny, if backpropagation is right

# rules: batch_norm, linear, cross_entropy
import numpy as np

import zerokara as zk
from zerokara import functional as F

batch = 10
hidden = 100
h = 1e-6
data = zk.data.load("mnist")
few, pixels = data.train.take(batch), int(np.prod(data.train.shape))
x, drawn = zk.data.scaled(few.images, np.float64), zk.generator(0, "lab", "weights")
net = zk.models.MultiLayerNet(pixels, [hidden] * 2, len(data.classes), batch_norm=True, rng=drawn).astype(np.float64)
F.cross_entropy(net(x), few.labels).backward()
gradients = []
for name, p in net.named_parameters():
    i, losses = np.abs(p.grad).argmax(), []  # the number with the largest gradient
    here = p.data.flat[i]
    for p.data.flat[i] in (here + h, here - h):
        losses.append(F.cross_entropy(net(x), few.labels).item())
    p.data.flat[i] = here
    gradients.append(np.abs(p.grad).max())
    print(name, p.grad.flat[i], (losses[0] - losses[1]) / (2 * h))

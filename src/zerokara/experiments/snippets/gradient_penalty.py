# rules: linear, tanh
import numpy as np

import zerokara as zk
from zerokara import functional as F
from zerokara import nn, optim

strengths = (0.0, 0.01, 0.1)
points = 30
noise = 0.3
steps = 1000
rng = zk.generator(0, "lab", "points")
x = np.sort(rng.uniform(-3, 3, points))[:, None]
t = np.sin(x) + noise * rng.standard_normal(x.shape)


def losses(net, strength):
    at = zk.tensor(x, requires_grad=True)
    y = net(at)
    (slope,) = zk.gradients(y.sum(), [at], create_graph=True)
    penalty = (slope * slope).mean()
    return F.mse_loss(y, t) + strength * penalty, penalty


found = []
for strength in strengths:
    rng = zk.generator(0, "lab", "weights")
    a, b, c = (nn.Linear(i, o, rng=rng, dtype=np.float64) for i, o in ((1, 32), (32, 32), (32, 1)))
    net = nn.Sequential(a, nn.Tanh(), b, nn.Tanh(), c)
    optimizer = optim.Adam(net, lr=0.01)
    for _ in range(steps):
        optimizer.zero_grad()
        losses(net, strength)[0].backward()
        optimizer.step()
    found.append(losses(net, strength)[1].item())
print(found)

# rules: linear, sigmoid, cross_entropy
import numpy as np

import zerokara as zk
from zerokara import functional as F
from zerokara import nn

hidden = 3
classes = 2
label = 0
lr = 0.5
steps = 100
x, drawn = np.array([[1.0, 0.5]]), zk.generator(0, "lab", "weights")
made = {"init": 1.0, "rng": drawn, "dtype": np.float64}
net = nn.Sequential(nn.Linear(2, hidden, **made), nn.Sigmoid(), nn.Linear(hidden, classes, **made))
optimizer, losses = zk.optim.SGD(net, lr=lr), []
for _ in range(steps):
    h = net[1](net[0](x))  # activations go forward
    loss = F.cross_entropy(net[2](h), np.array([label]))
    losses.append(loss.item())
    optimizer.zero_grad()
    loss.backward()  # errors come back
    optimizer.step()  # and the weights move
print(losses[0], losses[-1])

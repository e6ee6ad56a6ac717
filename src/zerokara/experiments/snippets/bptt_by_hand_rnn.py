# rules: rnn
import numpy as np

import zerokara as zk
from zerokara import functional as F

steps = 3
every = True
W_ih = np.array([[0.5, -0.3], [0.8, 0.2], [-0.4, 0.6]])
W_hh = zk.tensor(np.array([[0.1, 0.4, -0.2], [-0.3, 0.2, 0.5], [0.6, -0.1, 0.3]]), requires_grad=True)
b = np.array([0.1, 0.0, -0.1])
x = np.round(np.stack([np.cos(np.arange(steps)), np.sin(np.arange(steps))], axis=1), 2)
y, _ = F.rnn(x[:, None], W_ih, W_hh, b, np.zeros(3), np.zeros((1, 3)))
loss = ((y if every else y[-1]) ** 2).sum() * 0.5
loss.backward()

h = np.concatenate([np.zeros((1, 3)), y.data[:, 0]])
shares, coming = [], np.zeros(3)
for t in reversed(range(steps)):  # backwards: from the output, and from the next step
    dh = (h[t + 1] if every or t == steps - 1 else 0) + coming
    delta = dh * (1 - h[t + 1] ** 2)
    shares.append(np.outer(delta, h[t]))
    coming = W_hh.data.T @ delta
print(sum(shares) - W_hh.grad)

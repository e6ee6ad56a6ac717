# rules: lstm
import numpy as np

import zerokara as zk
from zerokara import functional as F

steps = 3
every = True
parts = (
    [[0.5, -0.3], [0.8, 0.2], [-0.4, 0.6]],
    [[0.1, 0.4, -0.2], [-0.3, 0.2, 0.5], [0.6, -0.1, 0.3]],
    [0.1, 0.0, -0.1],
)
W_ih, W_hh, b = (np.concatenate([np.roll(w, gate, axis=0) for gate in range(4)]) for w in parts)  # rows i, f, g, o
W_hh = zk.tensor(W_hh, requires_grad=True)
zero = np.zeros((1, 3))
x = np.round(np.stack([np.cos(np.arange(steps)), np.sin(np.arange(steps))], axis=1), 2)
y = F.lstm(x[:, None], W_ih, W_hh, b, np.zeros(12), zero, zero)[0]
loss = ((y if every else y[-1]) ** 2).sum() * 0.5
loss.backward()

h, c = np.concatenate([zero, y.data[:, 0]]), [np.zeros(3)]
i, f, g, o = np.split(x @ W_ih.T + h[:-1] @ W_hh.data.T + b, 4, axis=1)
i, f, g, o = 1 / (1 + np.exp(-i)), 1 / (1 + np.exp(-f)), np.tanh(g), 1 / (1 + np.exp(-o))
for t in range(steps):
    c.append(f[t] * c[-1] + i[t] * g[t])
shares, coming, dc = [], np.zeros(3), np.zeros(3)
for t in reversed(range(steps)):  # backwards: from the output, from the next step, and through the memory
    dh = (h[t + 1] if every or t == steps - 1 else 0) + coming
    dc = dc + dh * o[t] * (1 - np.tanh(c[t + 1]) ** 2)
    gates = dc * g[t] * i[t] * (1 - i[t]), dc * c[t] * f[t] * (1 - f[t]), dc * i[t] * (1 - g[t] ** 2)
    delta = np.concatenate([*gates, dh * np.tanh(c[t + 1]) * o[t] * (1 - o[t])])
    shares.append(np.outer(delta, h[t]))
    coming, dc = W_hh.data.T @ delta, dc * f[t]
print(sum(shares) - W_hh.grad)

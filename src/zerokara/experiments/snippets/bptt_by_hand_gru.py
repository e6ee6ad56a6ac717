# rules: gru
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
W_ih, W_hh, b = (np.concatenate([np.roll(w, gate, axis=0) for gate in range(3)]) for w in parts)  # rows r, z, n
W_hh = zk.tensor(W_hh, requires_grad=True)
x = np.round(np.stack([np.cos(np.arange(steps)), np.sin(np.arange(steps))], axis=1), 2)
y, _ = F.gru(x[:, None], W_ih, W_hh, b, np.zeros(9), np.zeros((1, 3)))
loss = ((y if every else y[-1]) ** 2).sum() * 0.5
loss.backward()

h = np.concatenate([np.zeros((1, 3)), y.data[:, 0]])
a, R = np.split(x @ W_ih.T + b, 3, axis=1), np.split(h[:-1] @ W_hh.data.T, 3, axis=1)
r, z = 1 / (1 + np.exp(-a[0] - R[0])), 1 / (1 + np.exp(-a[1] - R[1]))
n = np.tanh(a[2] + r * R[2])
shares, coming = [], np.zeros(3)
for t in reversed(range(steps)):  # backwards: from the output, from the next step, and past the gates
    dh = (h[t + 1] if every or t == steps - 1 else 0) + coming
    dn = dh * (1 - z[t]) * (1 - n[t] ** 2)
    dr, dz = dn * R[2][t] * r[t] * (1 - r[t]), dh * (h[t] - n[t]) * z[t] * (1 - z[t])
    delta = np.concatenate([dr, dz, dn * r[t]])
    shares.append(np.outer(delta, h[t]))
    coming = dh * z[t] + W_hh.data.T @ delta
print(sum(shares) - W_hh.grad)

# rules: linear, matmul
import numpy as np

import zerokara as zk

depth = 3
width = 10
outputs = 3
x, drawn = np.arange(-5.0, 5.0, 0.1)[:, None], zk.generator(0, "lab", "weights")
sizes = [1, *[width] * (depth - 1), outputs]
layers = [zk.nn.Linear(n, m, rng=drawn, dtype=np.float64) for n, m in zip(sizes, sizes[1:])]

y, W, b = zk.tensor(x), np.eye(1), np.zeros(1)
for layer in layers:
    y = layer(y)  # nothing between the layers
    W, b = layer.weight.data @ W, layer.weight.data @ b + layer.bias.data
one = x @ W.T + b  # the single layer that does the same
print(np.abs(y.data - one).max())

# rules: batch_norm
import numpy as np

import zerokara as zk

x = (5 + 2 * zk.generator(0, "lab", "numbers").standard_normal((6, 2))).round(2)
gamma, beta, eps = 1.5, 0.5, 1e-5

mean, variance = x.mean(axis=0), x.var(axis=0)
normal = (x - mean) / np.sqrt(variance + eps)  # every column: mean 0, variance 1
y = gamma * normal + beta

layer = zk.nn.BatchNorm1d(2, eps=eps, dtype=np.float64)
layer.weight.data[:], layer.bias.data[:] = gamma, beta
print(np.abs(layer(zk.tensor(x)).data - y).max())

# rules: matmul
import numpy as np

from zerokara.arrays import generator

scales = (1.0, 0.5)
hidden = 3
steps = 20
W = np.random.RandomState(3).randn(3, 3)
if hidden != 3:
    W = generator(0, "lab", "W").standard_normal((hidden, hidden))
norms = {}
for scale in scales:
    dh = np.ones((2, hidden))
    norms[scale] = []
    for _ in range(steps):
        dh = dh @ (scale * W).T
        norms[scale].append(np.sqrt(np.sum(dh**2)) / len(dh))
print(norms, np.abs(np.linalg.eigvals(W)).max())

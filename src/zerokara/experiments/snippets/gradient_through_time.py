# rules: matmul
import numpy as np

scales = (1.0, 0.5)
steps = 20
W = np.random.RandomState(3).randn(3, 3)
norms = {}
for scale in scales:
    dh = np.ones((2, 3))
    norms[scale] = []
    for _ in range(steps):
        dh = dh @ (scale * W).T
        norms[scale].append(np.sqrt(np.sum(dh**2)) / len(dh))
print(norms, np.abs(np.linalg.eigvals(W)).max())

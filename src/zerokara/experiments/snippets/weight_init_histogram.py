# rules: linear, sigmoid
import numpy as np

import zerokara as zk
from zerokara import functional as F

a = zk.generator(0, "lab", "x").standard_normal((1000, 100)).astype(np.float32)
drawn = zk.generator(0, "lab", "weights")
spread = []
for _ in range(5):
    layer = zk.nn.Linear(100, 100, bias=False, init=1.0, rng=drawn)  # try 0.01, or 0.1 = 1/√100
    a = F.sigmoid(layer(a))
    counts, _ = np.histogram(a.data, bins=30, range=(0, 1))
    spread.append(a.data.astype(np.float64).std())
    print(counts[0], counts[15], counts[-1])  # how many lie near 0, in the middle, near 1

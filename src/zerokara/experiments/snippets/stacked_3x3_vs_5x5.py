# rules: conv2d
import numpy as np

import zerokara as zk
from zerokara import functional as F

kernels = (5, 7, 11)
channels = 64
counts, fields = [], []
for k in kernels:
    ways = [[k], [3] * (k // 2)]
    counts.append([sum(channels * channels * size**2 for size in way) for way in ways])
    for way in ways:
        x = zk.tensor(np.ones((1, 1, 2 * k + 1, 2 * k + 1)), requires_grad=True)
        y = x
        for size in way:
            y = F.conv2d(y, np.ones((1, 1, size, size)))
        y[0, 0, y.shape[2] // 2, y.shape[3] // 2].backward()  # one output; which pixels does it see?
        fields.append(int((x.grad[0, 0] != 0).any(axis=1).sum()))
    print(k, counts[-1], fields[-2:])

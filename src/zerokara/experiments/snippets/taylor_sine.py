# rules: scalar_power, multiply, add
import math

import numpy as np

import zerokara as zk

x = 0.7853981633974483
thresholds = (0.01, 0.0001)
found = []
for threshold in thresholds:
    at, y, n = zk.tensor(np.array(x), requires_grad=True), 0, 0
    while True:
        term = at ** (2 * n + 1) * ((-1) ** n / math.factorial(2 * n + 1))
        y, n = y + term, n + 1
        if abs(term.item()) < threshold:
            break
    (slope,) = zk.gradients(y, [at])
    found.append((n, y.item() - math.sin(x), float(slope) - math.cos(x)))
print(*found, sep="\n")

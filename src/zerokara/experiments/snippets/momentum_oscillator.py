# rules:
import numpy as np

import zerokara as zk

curvature = (0.1, 2.0)
lr = 0.1
m = (0.1, 0.9)
steps = 200
start = 1.0
paths = {}
for c in curvature:
    for momentum in (*m, min(1.0, (1 - (lr * c) ** 0.5) ** 2)):  # the last one just does not swing
        x = zk.tensor(np.array([start]), requires_grad=True)
        optimizer, path = zk.optim.Momentum([x], lr, momentum), [start]
        for _ in range(steps):
            x.grad = c * x.data  # the gradient of ½·c·x²
            optimizer.step()
            path.append(x.data[0])
        paths[c, momentum] = path
        print(c, momentum, "lowest", min(path), "end", path[-1])

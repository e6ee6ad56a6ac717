# rules: matmul, squared_error
import numpy as np

import zerokara as zk
from zerokara import functional as F

coefficients = (1.0, -2.0, 0.5)
points = 20
noise = 0.3
lr = 0.3
steps = 600
x = np.sort(zk.generator(0, "lab", "points").uniform(-1, 1, points))
y = np.polyval(coefficients, x) + noise * zk.generator(0, "lab", "noise").standard_normal(points)
powers = np.vander(x, len(coefficients))  # x², x, 1
w = zk.tensor(np.zeros(len(coefficients)), requires_grad=True)
optimizer = zk.optim.SGD([w], lr=lr)
for _ in range(steps):
    optimizer.zero_grad()
    F.mse_loss(zk.tensor(powers) @ w, y).backward()
    optimizer.step()
print(w.data, np.linalg.lstsq(powers, y)[0])  # step by step, and in one go

# rules: sigmoid, matmul, softplus
import numpy as np

import zerokara as zk
from zerokara import functional as F

hidden = (2, 8)
starts = 100
lr = 1.0
iterations = 5000
x, t = np.array([[0.0, 0], [1, 0], [0, 1], [1, 1]]), np.array([[0.0], [1], [1], [0]])
solved = {}
for units in hidden:
    drawn = zk.generator(0, "lab", "weights", units)  # many networks side by side, each from a start of its own
    arrays = [drawn.standard_normal((starts, 2, units)) / 2**0.5, np.zeros((starts, 1, units))]
    arrays += [drawn.standard_normal((starts, units, 1)) / units**0.5, np.zeros((starts, 1, 1))]
    W1, b1, W2, b2 = parameters = [zk.tensor(array, requires_grad=True) for array in arrays]
    optimizer = zk.optim.SGD(parameters, lr=lr)
    for _ in range(iterations + 1):
        scores = F.sigmoid(x @ W1 + b1) @ W2 + b2
        optimizer.zero_grad()
        F.softplus(scores * (1 - 2 * t)).mean(axis=(1, 2)).sum().backward()  # −log of the right answer
        optimizer.step()
    solved[units] = ((scores.data > 0) == (t > 0)).all(axis=(1, 2))
    print(f"{units} hidden units: {solved[units].mean():.0%} of the starts solve XOR")

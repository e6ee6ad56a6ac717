# rules: scalar_power, sum
import numpy as np

import zerokara as zk

centre = (2.0, 0.5)
strengths = (0.5, 1.0, 2.0, 4.0)
best = {"L1": [], "L2": []}
for kind in best:
    for strength in strengths:
        w, lr = zk.tensor(np.array(centre) + 1, requires_grad=True), 0.25
        optimizer = zk.optim.SGD([w], lr)
        for _ in range(60):
            optimizer.zero_grad()
            ((w - np.array(centre)) ** 2).sum().backward()
            optimizer.step()
            shrunk = np.sign(w.data) * np.maximum(np.abs(w.data) - lr * strength, 0)  # L1: by a fixed amount, to 0
            w.data[:] = shrunk if kind == "L1" else w.data / (1 + 2 * lr * strength)  # L2: by a share, never to 0
        best[kind].append(w.data.copy())
        print(kind, strength, w.data)

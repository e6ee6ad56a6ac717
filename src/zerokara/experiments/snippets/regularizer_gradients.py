# rules: absolute, scalar_power
import numpy as np

import zerokara as zk

strength = 0.1
rows = 3
columns = 5
W = zk.generator(0, "lab", "W").standard_normal((rows, columns))
W += 0.01 * np.sign(W)
W.flat[0] = 0.0
w = zk.tensor(W, requires_grad=True)
(0.5 * strength * (w**2).sum()).backward()
l2, w.grad = w.grad, None
(strength * zk.abs(w).sum()).backward()
l1 = w.grad
print(np.abs(l2 - strength * W).max(), np.abs(l1 - strength * np.sign(W)).max())  # λw, and λ·sign(w)

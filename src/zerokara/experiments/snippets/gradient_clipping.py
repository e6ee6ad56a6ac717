# rules: multiply
import numpy as np

import zerokara as zk
from zerokara import nn, optim

max_norm = 5.0
rng = zk.generator(0, "lab", "matrices")
parameters = [nn.Parameter(np.zeros((3, 3))) for _ in range(2)]
for p in parameters:
    p.grad = 10 * rng.standard_normal((3, 3))
norm = optim.clip_grad_norm(parameters, max_norm)
after = np.array([p.grad for p in parameters])
print(norm, np.linalg.norm(after))

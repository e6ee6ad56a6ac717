# rules: matmul, cross_entropy
import numpy as np

import zerokara as zk
from zerokara import functional as F

x, label = np.array([[0.6, 0.9]]), np.array([2])
W = zk.tensor(zk.generator(0, "lab", "weights").standard_normal((2, 3)), requires_grad=True)

loss = F.cross_entropy(x @ W, label)
loss.backward()
print(loss.item())
print(W.grad)  # by how much the loss grows if a weight grows by 1

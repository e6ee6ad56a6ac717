# rules: matmul, multiply
import numpy as np

import zerokara as zk

a = (1.0, 2.0, 3.0)
b = (4.0, 5.0, 6.0)
a, b = np.array(a), np.array(b)
print(a * b, a @ b, np.outer(a, b), np.cross(a, b), sep="\n")

W = zk.tensor(np.zeros((3, 3)), requires_grad=True)
(zk.functional.linear(a, W) * b).sum().backward()
print(W.grad)  # the gradient of a weight matrix is an outer product

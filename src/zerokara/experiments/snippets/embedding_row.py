# rules: getitem, multiply, sum
import numpy as np

import zerokara as zk
from zerokara import functional as F

ids = (1, 0, 3, 0)
W = zk.Tensor(np.arange(21.0).reshape(7, 3), requires_grad=True)
product = np.eye(7)[list(ids)] @ W.data
picked = F.embedding(np.array(ids), W)
print(np.array_equal(product, picked.data))

g = np.arange(1.0, 1 + picked.data.size).reshape(picked.shape)
(picked * g).sum().backward()
print(W.grad)

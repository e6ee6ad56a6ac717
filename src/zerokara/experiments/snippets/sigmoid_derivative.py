# rules: sigmoid
import numpy as np

import zerokara as zk
from zerokara import functional as F

u = zk.tensor(np.linspace(-6, 6, 2401), requires_grad=True)
y = F.sigmoid(u)
y.sum().backward()
print(u.grad.max(), u.data[u.grad.argmax()])  # 1/4, at 0
print(np.abs(u.grad - y.data * (1 - y.data)).max())

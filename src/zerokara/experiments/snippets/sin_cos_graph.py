# rules: sin
import numpy as np

import zerokara as zk
from zerokara import functional as F

x = zk.tensor(np.arange(0, 6, 0.1), requires_grad=True)
y = F.sin(x)
y.sum().backward()
print(y.data[:5])
print(x.grad[:5], np.cos(x.data)[:5])  # the slope of the sine is the cosine

# rules: relu
import numpy as np

import zerokara as zk
from zerokara import functional as F

x = zk.tensor(np.arange(-5.0, 5.0, 0.1), requires_grad=True)
y = F.relu(x)
y.sum().backward()
print(y.data)
print(x.grad)  # 0 on the left, 1 on the right

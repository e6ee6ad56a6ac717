# rules: tanh, multiply, subtract
import numpy as np

import zerokara as zk
from zerokara import functional as F

x = 1.0
orders = 6
at = zk.tensor(np.array(x), requires_grad=True)
y = F.tanh(at)
values = [y.item()]
for _ in range(orders):
    (y,) = zk.gradients(y, [at], create_graph=True)
    values.append(y.item())
print(values)

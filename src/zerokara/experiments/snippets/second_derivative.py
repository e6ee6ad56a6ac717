# rules: scalar_power, multiply, subtract
import numpy as np

import zerokara as zk

x = zk.tensor(np.array(2.0), requires_grad=True)
y = x**4 - 2 * x**2
(first,) = zk.gradients(y, [x], create_graph=True)  # a tensor with a graph of its own
(second,) = zk.gradients(first, [x])
print(y.item(), first.item(), second)

# rules: scalar_power, multiply, subtract
import numpy as np

import zerokara as zk

start = 2.0
newton_steps = 8
way = [start]
for _ in range(newton_steps):
    x = zk.tensor(np.array(way[-1]), requires_grad=True)
    y = x**4 - 2 * x**2
    (first,) = zk.gradients(y, [x], create_graph=True)
    (second,) = zk.gradients(first, [x])
    way.append(way[-1] - first.item() / float(second))
print(way)

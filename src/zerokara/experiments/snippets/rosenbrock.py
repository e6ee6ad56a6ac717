# rules: scalar_power, multiply, subtract, getitem
import numpy as np

import zerokara as zk


def banana(w):
    x, y = w[0], w[1]
    return 100 * (y - x * x) ** 2 + (x - 1) ** 2


start = (0.0, 2.0)
newton_steps = 6
way = [np.array(start)]
for _ in range(newton_steps):
    gradient = zk.jacobian(banana, way[-1])
    way.append(way[-1] - np.linalg.solve(zk.hessian(banana, way[-1]), gradient))
print(np.array(way))

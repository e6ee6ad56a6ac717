# rules: scalar_power, multiply, add
import numpy as np

import zerokara as zk

at = (1.0, 1.0)
function = ("sphere", "matyas", "goldstein-price")


def sphere(x, y):
    return x**2 + y**2


def matyas(x, y):
    return 0.26 * (x**2 + y**2) - 0.48 * x * y


def goldstein(x, y):
    one = 1 + (x + y + 1) ** 2 * (19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2)
    other = 30 + (2 * x - 3 * y) ** 2 * (18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2)
    return one * other


slopes, surfaces = [], {"sphere": sphere, "matyas": matyas, "goldstein-price": goldstein}
for name in function:
    x, y = (zk.tensor(np.array(v), requires_grad=True) for v in at)
    slopes.append(zk.gradients(surfaces[name](x, y), [x, y]))
print(np.array(slopes))

# rules: multiply, sum
import numpy as np

import zerokara as zk


def f(x):
    return x[0] ** 2 + x[1] ** 2


x = np.array([-3.0, 4.0])
path = [x]
for _ in range(20):
    x = x - 0.1 * zk.numerical_gradient(f, x)
    path.append(x)
print(x, f(x))

# rules: power, sum
import numpy as np

import zerokara as zk


def f(x):
    return x[0] ** 2 + x[1] ** 2


point = (3.0, 4.0)
a, b = point
partial = [zk.numerical_diff(lambda x0: f([x0, b]), a), zk.numerical_diff(lambda x1: f([a, x1]), b)]
print(partial)
print(zk.numerical_gradient(f, np.array(point)))  # both at once

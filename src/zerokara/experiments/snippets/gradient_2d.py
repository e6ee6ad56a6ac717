# rules: multiply
import numpy as np

import zerokara as zk


def f(x):
    return np.sum(x**2)


places = np.arange(-2.0, 2.5, 0.25)
arrows = np.array([[-zk.numerical_gradient(f, np.array([x0, x1])) for x0 in places] for x1 in places])
print(arrows[0, 0], arrows[8, 8])  # in the corner, and in the middle

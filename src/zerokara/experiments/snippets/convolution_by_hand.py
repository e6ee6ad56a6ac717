# rules: conv2d
import numpy as np

from zerokara import functional as F

x = np.array([[3, 1, 0, 2], [2, 4, 1, 0], [0, 1, 5, 3], [1, 0, 2, 4.0]])
w = np.array([[0, 1, 0], [1, 2, 0], [0, -1, 1.0]])

y = np.empty((2, 2))
for i in range(2):
    for j in range(2):
        y[i, j] = np.sum(x[i : i + 3, j : j + 3] * w) + 3  # the window ⊙ the filter, added up, and the bias
print(y)
print(F.conv2d(x[None, None], w[None, None], np.array([3.0])).data[0, 0])  # the same by the library

# rules: conv2d
import numpy as np

from zerokara import functional as F

x = np.arange(1.0, 17).reshape(4, 4)
windows = np.lib.stride_tricks.sliding_window_view(x, (3, 3))
matrix = windows.reshape(-1, 9)  # a row for every place of the filter
print(matrix)

w = np.arange(9.0).reshape(3, 3)
print(matrix @ w.ravel())  # the whole convolution, as one product
print(F.conv2d(x[None, None], w[None, None]).data.ravel())

# rules: conv2d
import numpy as np

from zerokara import functional as F

signal = (0.0, 0.0, 1.0, 3.0, 3.0, 3.0, 1.0, 0.0, 2.0, 0.0)
kernel = (1.0, 2.0, -1.0)
x, w = np.array(signal), np.array(kernel)


def layer(x, w):
    return F.conv2d(x[None, None, None], np.ascontiguousarray(w)[None, None, None]).data.ravel()


print(layer(x, w))  # slides the filter as it is: the cross-correlation
turned = layer(x, w[::-1])
print(turned, np.convolve(x, w, "valid"))  # turned round first: the convolution of mathematics

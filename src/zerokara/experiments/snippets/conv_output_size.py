# rules: conv2d, max_pool2d
import numpy as np

import zerokara as zk

cases = [("conv", 6, 2, 1, 1), ("conv", 7, 5, 1, 0), ("conv", 28, 5, 1, 0), ("pool", 24, 2, 2, 0)]
cases += [("conv", 4, 3, 1, 1), ("conv", 28, 5, 3, 2), ("conv", 227, 11, 4, 0), ("conv", 224, 11, 4, 0)]
sizes = []
for kind, H, k, stride, padding in cases:
    convolution, pool = zk.nn.Conv2d(1, 1, k, stride, padding), zk.nn.MaxPool2d(k, stride, padding)
    layer = convolution if kind == "conv" else pool
    sizes.append(layer(np.zeros((1, 1, H, H), np.float32)).shape[2])
    print(kind, H, k, stride, padding, sizes[-1], (H + 2 * padding - k) / stride + 1)

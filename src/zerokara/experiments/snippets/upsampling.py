# rules: conv2d_grad_x
import numpy as np

import zerokara as zk

size = 4
k = (2, 4, 3, 3)
s = (2,)
p = (0, 1, 1, 1)
o = (0, 0, 0, 1)
touched = []
for rows, stride, padding, more in zip(*np.broadcast_arrays(k, s, p, o), strict=True):
    layer = zk.nn.ConvTranspose2d(1, 1, int(rows), int(stride), int(padding), int(more), bias=False)
    zk.nn.init.ones_(layer.weight)  # so that every output is the number of its terms
    touched.append(layer(zk.ones(1, 1, size, size)).data[0, 0])
    print(rows, stride, padding, more, (size - 1) * stride - 2 * padding + rows + more, touched[-1].shape)
    print(touched[-1].astype(int))

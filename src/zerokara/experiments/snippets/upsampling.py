# rules: conv2d_grad_x
import numpy as np

import zerokara as zk

size = 4
touched = []
for k, s, p, o in ((2, 2, 0, 0), (4, 2, 1, 0), (3, 2, 1, 0), (3, 2, 1, 1)):
    layer = zk.nn.ConvTranspose2d(1, 1, k, s, p, o, bias=False)
    zk.nn.init.ones_(layer.weight)  # so that every output is the number of its terms
    touched.append(layer(zk.ones(1, 1, size, size)).data[0, 0])
    print(k, s, p, o, (size - 1) * s - 2 * p + k + o, touched[-1].shape)
    print(touched[-1].astype(int))
print(np.unique(touched[2]))

# rules: max_pool2d
import numpy as np

import zerokara as zk
from zerokara import functional as F

x = np.array([[4, 1, 0, 2], [2, 3, 5, 5], [1, 6, 2, 2], [0, 2, 7, 1.0]])
for pool in (F.max_pool2d, F.avg_pool2d):
    image = zk.tensor(x[None, None], requires_grad=True)
    y = pool(image, 2, 2)
    y.sum().backward()
    print(pool.__name__, y.data[0, 0], image.grad[0, 0], sep="\n")

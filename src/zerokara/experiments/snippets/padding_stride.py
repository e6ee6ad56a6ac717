# rules: conv2d
import numpy as np

from zerokara import functional as F

picture, weights = np.ones((1, 1, 7, 7)), np.ones((1, 1, 3, 3))
outputs = {}
for stride in (1, 2, 3):
    for padding in (0, 1, 2):
        outputs[stride, padding] = F.conv2d(picture, weights, None, stride, padding).data[0, 0]
        print(stride, padding, outputs[stride, padding].shape, (7 + 2 * padding - 3) // stride + 1)

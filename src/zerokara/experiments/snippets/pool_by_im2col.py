# rules: max_pool2d
import numpy as np

import zerokara as zk
from zerokara import functional as F

images = 2
channels = 3
height = 4
width = 4
x = zk.generator(0, "lab", "images").integers(0, 10, (images, channels, height, width)).astype(float)
windows = np.lib.stride_tricks.sliding_window_view(x, (2, 2), axis=(2, 3))[:, :, ::2, ::2]
rows = windows.transpose(0, 2, 3, 1, 4, 5).reshape(-1, 4)  # a row for every window of every channel
output = rows.max(axis=1).reshape(images, height // 2, width // 2, channels).transpose(0, 3, 1, 2)
print(np.abs(output - F.max_pool2d(x, 2).data).max())

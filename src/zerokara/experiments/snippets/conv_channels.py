# rules: conv2d
import numpy as np
from sklearn.datasets import load_sample_image

import zerokara as zk
from zerokara import functional as F

filters = 4
filter_size = 3
longest = 160
photo = load_sample_image("china.jpg")
photo = photo[:: -(-max(photo.shape) // longest), :: -(-max(photo.shape) // longest)]
x = np.moveaxis(photo, 2, 0)[None] / 255  # (1, 3, H, W)
w = zk.generator(0, "lab", "filters").normal(size=(filters, 3, filter_size, filter_size))
w -= w.mean(axis=(2, 3), keepdims=True)

maps = F.conv2d(x, w).data[0]  # one map a filter
slices = [F.conv2d(x[:, c : c + 1], np.ascontiguousarray(w[:, c : c + 1])).data[0] for c in range(3)]
print(maps.shape, np.abs(sum(slices) - maps).max())  # what the slices give is added up

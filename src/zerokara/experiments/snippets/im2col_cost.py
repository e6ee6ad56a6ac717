# rules: conv2d
import time

import numpy as np

import zerokara as zk
from zerokara import functional as F

images = 100
filters = 30
x = zk.generator(0, "lab", "images").random((images, 1, 28, 28))
w = zk.generator(0, "lab", "filters").normal(size=(filters, 1, 5, 5))


def by_product(x, w):
    windows = np.lib.stride_tricks.sliding_window_view(x[:, 0], (5, 5), axis=(1, 2))
    rows = windows.reshape(-1, 25)  # every window a row: most numbers stand there 25 times
    memory.append(rows.nbytes)
    return (rows @ w.reshape(len(w), -1).T).reshape(len(x), 24, 24, -1).transpose(0, 3, 1, 2)


outputs, memory = [], []
for way in (by_product, lambda x, w: F.conv2d(x, w).data):
    way(x[:1], w)  # once before, so that compiling is not timed
    began = time.perf_counter()
    outputs.append(way(x, w))
    print(f"{1e6 * (time.perf_counter() - began) / images:.0f} µs an image")
print(f"{x.nbytes / 1e6:.1f} MB of images, {memory[-1] / 1e6:.1f} MB of windows, {outputs[0].nbytes / 1e6:.1f} MB out")
print(np.abs(outputs[0] - outputs[1]).max() / np.abs(outputs[0]).max())

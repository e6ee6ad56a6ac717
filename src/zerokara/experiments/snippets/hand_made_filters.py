# rules: conv2d
import numpy as np
from scipy.signal import convolve2d
from sklearn.datasets import load_sample_image

from zerokara import functional as F

side = 213
sobel = np.outer([1.0, 2.0, 1.0], [-1.0, 0.0, 1.0]) / 8  # brightness from left to right
laplace = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0.0]])  # spots
gauss = np.outer([1.0, 2.0, 1.0], [1.0, 2.0, 1.0]) / 16  # smooths
photo = load_sample_image("china.jpg") @ [0.299, 0.587, 0.114] / 255
block = -(-max(photo.shape) // side)
H, W = photo.shape[0] // block, photo.shape[1] // block
photo = photo[: H * block, : W * block].reshape(H, block, W, block).mean(axis=(1, 3))
filters = np.stack([convolve2d(small, gauss) for small in (sobel, sobel.T, laplace, gauss)])[:, None]  # 5×5, smooth
maps = F.conv2d(photo[None, None], filters).data[0]
print(maps.shape, np.abs(maps).mean(axis=(1, 2)))
flat = F.conv2d(np.ones((1, 1, 16, 16)), filters).data[0]
print(np.abs(flat).max(axis=(1, 2)))  # where nothing changes, edge filters say nothing

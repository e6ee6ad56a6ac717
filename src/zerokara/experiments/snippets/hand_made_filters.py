# rules: conv2d
import numpy as np
from sklearn.datasets import load_sample_image

from zerokara import functional as F

sobel = np.outer([1.0, 2.0, 1.0], [-1.0, 0.0, 1.0]) / 8  # brightness from left to right
laplace = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0.0]])  # spots
gauss = np.outer([1.0, 2.0, 1.0], [1.0, 2.0, 1.0]) / 16  # smooths
photo = load_sample_image("china.jpg") @ [0.299, 0.587, 0.114] / 255
maps = F.conv2d(photo[None, None], np.stack([sobel, sobel.T, laplace, gauss])[:, None]).data[0]
print(maps.shape, np.abs(maps).mean(axis=(1, 2)))
flat = F.conv2d(np.ones((1, 1, 16, 16)), np.stack([sobel, sobel.T, laplace, gauss])[:, None]).data[0]
print(np.abs(flat).max(axis=(1, 2)))  # where nothing changes, edge filters say nothing

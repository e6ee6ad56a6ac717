# rules: conv2d
import numpy as np

size = 4
filter_size = 2
x = np.ones((size, size))
places = [(i, j) for i in range(size - filter_size + 1) for j in range(size - filter_size + 1)]
rows = [x[i : i + filter_size, j : j + filter_size].ravel() for i, j in places]  # im2col

count = np.zeros((size, size))
for (i, j), row in zip(places, rows):  # col2im: added back onto where they came from
    count[i : i + filter_size, j : j + filter_size] += row.reshape(filter_size, filter_size)
print(count)  # every pixel counts the windows that contain it

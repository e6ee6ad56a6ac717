# rules: lstm
import numpy as np

from zerokara import functional as F

sharpness = 20.0
keep = 0.5
x = np.array([0, 1, 0, 0, 0, -1, 0, 0, 1, 0, 0, 0, -1, 1, 0, 0], float)  # 1 remember, -1 forget
s = sharpness
w = np.array([[s], [s], [s], [0]])  # rows i, f, g, o
b = np.array([-s / 2, s * keep, 0, s])
zero = np.zeros((1, 1))
y, h, c = F.lstm(x[:, None, None], w, np.zeros((4, 1)), b, np.zeros(4), zero, zero)

cells, memory = [], 0.0
for value in x:
    i, f, g, o = w[:, 0] * value + b
    memory = memory / (1 + np.exp(-f)) + np.tanh(g) / (1 + np.exp(-i))
    cells.append(memory)
print(np.round(cells, 3))

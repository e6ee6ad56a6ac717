# rules: linear, sigmoid
import numpy as np

from zerokara import functional as F

x = np.array([[0.8, -0.4]])
W1, b1 = np.array([[0.5, -0.3, 0.2], [0.4, 0.6, -0.1]]), np.array([0.1, 0.0, -0.1])
W2, b2 = np.array([[0.7, -0.5], [0.3, 0.2], [-0.4, 0.9]]), np.array([0.0, 0.3])
W3, b3 = np.array([[1.2, -0.6], [-0.8, 0.5]]), np.array([0.05, 0.1])

z1 = F.sigmoid(F.linear(x, W1.T, b1))
z2 = F.sigmoid(F.linear(z1, W2.T, b2))
y = F.linear(z2, W3.T, b3)
print(y.data)

# rules: squared_error, log
import numpy as np

from zerokara import functional as F

y = np.array([0.1, 0.05, 0.6, 0.0, 0.05, 0.1, 0.1, 0.1, 0.0, 0.0])
t = np.eye(10)[2]  # one-hot: the right class is 2

squared = F.squared_error(y, t).item()
entropy = -np.sum(t * np.log(y + 1e-7))
print(squared, entropy)

# rules: sigmoid
import numpy as np

import zerokara as zk
from zerokara import functional as F

x = zk.tensor(np.arange(-5.0, 5.0, 0.1), requires_grad=True)
y = F.sigmoid(x)
y.sum().backward()  # every y depends on its own x alone: the gradient holds all the slopes
for point, value, slope in zip(x.data[::10], y.data[::10], x.grad[::10]):
    print(f"{point:5.1f} {value:.4f} {slope:.4f}")

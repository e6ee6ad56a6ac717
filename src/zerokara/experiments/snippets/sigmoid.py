# rules: sigmoid
import numpy as np

import zerokara as zk
from zerokara import functional as F

x = zk.tensor(np.linspace(-6, 6, 13), requires_grad=True)
y = F.sigmoid(x)
y.sum().backward()  # every y depends on its own x alone: the gradient holds all the slopes
for point, value, slope in zip(x.data, y.data, x.grad):
    print(f"{point:5.1f} {value:.4f} {slope:.4f}")

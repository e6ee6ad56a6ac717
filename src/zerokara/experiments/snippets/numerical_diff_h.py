# rules: sigmoid
import numpy as np

from zerokara import functional as F

smallest = 50
x = 1.0
exact = F.sigmoid(x).data * (1 - F.sigmoid(x).data)
slopes = {}
for dtype in (np.float64, np.float32):
    h = np.array([float(f"1e-{k}") for k in range(1, smallest + 1)]).astype(dtype)
    at = np.full_like(h, x)
    with np.errstate(all="ignore"):
        slopes[dtype] = (F.sigmoid(at + h).data - F.sigmoid(at - h).data) / (2 * h)
    for k in (0, 3, 4, 9, smallest - 1):
        print(dtype.__name__, h[k], abs(slopes[dtype][k] - exact))

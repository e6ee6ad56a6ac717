# rules: step, sigmoid
import numpy as np

from zerokara import functional as F

gains = (1.0, 2.0, 5.0, 20.0)
x = np.arange(-5.0, 5.0, 0.1)
step = F.step(x).data
gaps = {}
for gain in gains:
    gaps[gain] = np.abs(F.sigmoid(gain * x).data - step)
    print(gain, gaps[gain].max(), gaps[gain].mean())  # largest near 0, smaller and smaller on average

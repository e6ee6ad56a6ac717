# rules: step
import numpy as np

from zerokara import functional as F

x = np.arange(-5.0, 5.0, 0.1)
y = F.step(x).data
print(y)

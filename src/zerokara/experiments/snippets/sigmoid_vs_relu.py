# rules: sigmoid, tanh, relu
import numpy as np

import zerokara as zk
from zerokara import functional as F

layers = 6
steepest = {}
for f in (F.sigmoid, F.tanh, F.relu):
    for k in range(1, layers + 1):
        x = zk.tensor(np.arange(-6.0, 6.0, 0.1), requires_grad=True)
        y = x
        for _ in range(k):
            y = f(y)
        y.sum().backward()
        steepest[f.__name__, k] = np.abs(x.grad).max()
    print(f.__name__, steepest[f.__name__, 1], steepest[f.__name__, layers])

# rules: multiply, sum
import numpy as np

import zerokara as zk
from zerokara import optim

scales = np.array([1 / 20, 1.0])  # f = x²/20 + y²
paths = {}
for make, lr in ((optim.SGD, 0.95), (optim.Momentum, 0.1), (optim.AdaGrad, 1.5), (optim.Adam, 0.3)):
    w = zk.tensor([-7.0, 2.0], requires_grad=True)
    optimizer = make([w], lr=lr)
    path = [w.data.copy()]
    for _ in range(30):
        optimizer.zero_grad()
        (w * w * scales).sum().backward()
        optimizer.step()
        path.append(w.data.copy())
    paths[make.__name__] = np.array(path)
    print(make.__name__, path[-1])

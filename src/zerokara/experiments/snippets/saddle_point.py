# rules: scalar_power
import numpy as np

import zerokara as zk
from zerokara import optim

y0 = (0.0, 0.001)
lr = 0.05
steps = 200
ends = []
for start in y0:
    for make in (optim.SGD, optim.Momentum, optim.AdaGrad, optim.Adam):
        place = zk.tensor(np.array([1.0, start]), requires_grad=True)
        optimizer = make([place], lr=lr)
        for _ in range(steps):
            optimizer.zero_grad()
            (place[0] ** 2 - place[1] ** 2).backward()
            optimizer.step()
        ends.append(place.data.copy())
        print(start, make.__name__, place.data)

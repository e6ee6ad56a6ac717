# rules: scalar_power, sum
import numpy as np

import zerokara as zk


def f(x):
    return (x**2 - 1) ** 2 + 0.3 * x  # two valleys; the left one is deeper


start = (1.5, 2.0)
lr = 0.01
momentum = (0.0, 0.9, 0.95)
steps = 1000
ends = []
for m in momentum:
    x = zk.tensor(np.array(start), requires_grad=True)
    optimizer = zk.optim.SGD([x], lr=lr, momentum=m)
    for _ in range(steps):
        optimizer.zero_grad()
        f(x).sum().backward()
        optimizer.step()
    ends.append(x.data.copy())
    print(m, x.data, f(x.data))

# rules: sin, cos
import numpy as np

import zerokara as zk

orders = 4
side = 7.0
points = 200
x = zk.tensor(np.linspace(-side, side, points), requires_grad=True)
y = x.sin()
curves = [y.data]
for _ in range(orders):
    (y,) = zk.gradients(y.sum(), [x], create_graph=True)
    curves.append(y.data)
print(np.abs(curves[-1] - curves[0]).max())

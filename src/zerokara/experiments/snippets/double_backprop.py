# rules: scalar_power, multiply, add
import numpy as np

import zerokara as zk

x = 2.0
power = 3.0
at = zk.tensor(np.array(x), requires_grad=True)
y = at**2
(slope,) = zk.gradients(y, [at], create_graph=True)
z = slope**power + y
(dz,) = zk.gradients(z, [at])
print(z.item(), dz)

# rules: scalar_power, multiply, subtract
import numpy as np

import zerokara as zk

starts = (0.4, 0.4472135954999579, 0.5, 0.5773502691896258)
steps = 8
ways = np.full((len(starts), steps + 1), np.nan)
for way, start in zip(ways, starts):
    way[0] = start
    for k in range(steps):
        x = zk.tensor(np.array(way[k]), requires_grad=True)
        (first,) = zk.gradients(x**4 - 2 * x**2, [x], create_graph=True)
        (second,) = zk.gradients(first, [x])
        if abs(second) < 1e-9:
            break  # a division by nothing
        way[k + 1] = way[k] - first.item() / second
print(ways)

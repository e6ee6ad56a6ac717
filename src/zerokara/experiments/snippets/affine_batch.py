# rules: linear, matmul, add
import numpy as np

import zerokara as zk

rng = zk.generator(0, "lab", "numbers")
shapes = {"x": (2, 3), "W": (3, 2), "b": (2,)}
x, W, b = (zk.tensor(rng.standard_normal(shape).round(2), requires_grad=True) for shape in shapes.values())
g = rng.standard_normal((2, 2)).round(2)  # what comes back from above

(x @ W + b).backward(g)
assert np.allclose(x.grad, g @ W.data.T)
assert np.allclose(W.grad, x.data.T @ g)
assert np.allclose(b.grad, g.sum(axis=0))  # one b for all rows: their gradients are added
print(x.grad, W.grad, b.grad, sep="\n")

# rules: linear, tanh, binary_cross_entropy_with_logits
import numpy as np

import zerokara as zk
from zerokara import functional as F

hidden = 8
examples = 40
x = zk.generator(0, "lab", "data").standard_normal((examples, 2))
labels = (x.prod(axis=1) > 0).astype(float)[:, None]
rng = zk.generator(0, "lab", "weights", hidden)
shapes = (hidden, 2), (hidden,), (1, hidden), (1,)
weights = tuple(rng.standard_normal(shape) / np.sqrt(shape[-1]) for shape in shapes)


def loss(w1, b1, w2, b2):
    scores = F.linear(F.tanh(F.linear(zk.tensor(x), w1, b1)), w2, b2)
    return F.binary_cross_entropy_with_logits(scores, labels)


v = tuple(np.ones(shape) for shape in shapes)
value, product = zk.hvp(loss, weights, v)  # two backward passes
blocks = zk.hessian(loss, weights)  # as many as there are weights
whole = [sum(np.tensordot(b, part, part.ndim) for b, part in zip(row, v)) for row in blocks]
print(max(np.abs(a - b).max() for a, b in zip(product, whole)))

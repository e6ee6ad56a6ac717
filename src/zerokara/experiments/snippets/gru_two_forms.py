# rules: gru
import numpy as np

import zerokara as zk
from zerokara import functional as F

reset_bias = 0.0
rng = zk.generator(0, "lab", "weights")
w, r = rng.standard_normal((12, 3)), rng.standard_normal((12, 4)) * 0.7  # rows r, z, n
b, c = rng.standard_normal(12) * 0.5, rng.standard_normal(12) * 0.5
b[:4] += reset_bias
x = rng.standard_normal((12, 1, 3))
after, _ = F.gru(x, w, r, b, c, np.zeros((1, 4)))  # PyTorch, ONNX linear_before_reset 1
before, _ = F.gru(x, w, r, b, c, np.zeros((1, 4)), reset_after=False)  # ONNX 0; the book with z negated
print(np.abs(after.data - before.data).max())

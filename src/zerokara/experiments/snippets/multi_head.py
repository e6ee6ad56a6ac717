# rules: softmax, linear
import numpy as np

import zerokara as zk
from zerokara import nn

width = 64
heads = (1, 2, 4, 8)
x = zk.tensor(zk.generator(0, "lab", "x").standard_normal((6, width)))
found = {}
for h in heads:
    layer = nn.MultiheadAttention(width, h, rng=zk.generator(0, "lab", "weights"), dtype=np.float64)
    y, weights = layer(x, x, x, average_attn_weights=False)
    found[h] = y.data
    print(h, weights.shape, sum(p.size for p in layer.parameters()))

# rules: scaled_dot_product_attention
import numpy as np

import zerokara as zk
from zerokara import functional as F

length = 8
width = 16
changed_at = 4
x = zk.generator(0, "lab", "vectors").standard_normal((length, width)).astype(np.float32)
other = x.copy()
other[min(changed_at, length - 1)] += 1
moved = {}
for causal in (True, False):
    y, z = (F.scaled_dot_product_attention(a, a, a, is_causal=causal).data for a in (x, other))
    moved[causal] = np.abs(y - z).max(axis=1)
print(moved)

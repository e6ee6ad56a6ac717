# rules: scaled_dot_product_attention
import numpy as np

import zerokara as zk
from zerokara import functional as F
from zerokara import nn

length = 64
width = 32
rng = zk.generator(0, "lab", "vectors")
sines = F.sinusoidal_positions(length, width, dtype=np.float64).data
nn.LearnedPositions(length, width, rng=rng)
q, k = (F.rotary_positions(np.broadcast_to(v, (length, width))).data for v in rng.standard_normal((2, width)))
products = {"sinusoidal": sines @ sines.T, "rotary": q @ k.T}
for name, table in products.items():
    print(name, [np.ptp(np.diagonal(table, distance)) for distance in (1, 8, 32)])

# rules: linear, silu
import numpy as np

import zerokara as zk
from zerokara.experiments.gen.points import nearest_blob, points

# part: teach_drawn

T = 100
iterations = 3000
batch_size = 256
guidance = (0.0, 1.0, 3.0, 6.0)
drop = 0.1
width = 128
drawn = 2000
network = zk.models.PointDenoiser((2,), width, 3, classes=8, rng=zk.generator(0, "lab", "weights"))
model = zk.models.Diffusion(network, T, classes=8, drop=drop)
teach(model, points("ring", 10_000, seed=0), iterations, batch_size)
asked, shares = np.arange(drawn) % 8, []
for strength in guidance:
    x = model.sample(drawn, (2,), asked, guidance=strength, rng=zk.generator(0, "lab", "chain"))
    shares.append(np.mean(nearest_blob(x) == asked))
    print(strength, shares[-1])

# rules: reparametrize
import numpy as np

import zerokara as zk
from zerokara import functional as F

mean = 1.0
spread = 0.5
draws = 10000
m = zk.tensor(np.full(draws, mean), requires_grad=True)
v = zk.tensor(np.full(draws, 2 * np.log(spread)), requires_grad=True)  # ln σ²
z = F.reparametrize(m, v, zk.generator(0, "lab", "draws"))
by_mean, by_log_variance = zk.gradients((z * z).sum(), [m, v])
path = np.stack([by_mean, by_log_variance * 2 / spread])  # ∂ ln σ²/∂σ = 2/σ
e = (z.data - mean) / spread
score = z.data**2 * np.stack([e / spread, (e * e - 1) / spread])
print("exact", 2 * mean, 2 * spread)
print("through the draw", path.mean(axis=1), "spread", path.std(axis=1))
print("around it", score.mean(axis=1), "spread", score.std(axis=1))

# rules: gaussian_kl
import numpy as np

import zerokara as zk
from zerokara import functional as F

mean = (0.0, 1.0, 0.0)
spread = (1.0, 1.0, 0.5)
draws = 100000
exact, drawn = [], []
for i, (m, s) in enumerate(zip(mean, spread, strict=True)):
    exact.append(F.gaussian_kl(np.array([m]), np.array([2 * np.log(s)])).item())
    x = m + s * zk.generator(0, "lab", "draws", i).standard_normal(draws)
    drawn.append(np.mean(x * x / 2 - ((x - m) / s) ** 2 / 2 - np.log(s)))  # the mean of ln p(x) − ln q(x)
    print(m, s, exact[-1], drawn[-1])

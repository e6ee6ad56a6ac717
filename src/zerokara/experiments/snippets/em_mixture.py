# rules:
import numpy as np

import zerokara as zk
from zerokara.experiments.gen.hills import REAL

points = 272
hills = 2
steps = 40
x = REAL.draw(points, zk.generator(0, "lab", "points"))
share = np.full(hills, 1 / hills)
mean = np.stack([np.zeros(hills), np.linspace(50, 100, hills)], axis=1)
covariance, likelihood = np.tile(np.eye(2), (hills, 1, 1)), []
for _ in range(steps + 1):
    d = x[:, None] - mean
    size = np.linalg.slogdet(covariance)[1] + 2 * np.log(2 * np.pi)
    logs = np.log(share) - 0.5 * (size + np.einsum("nki,kij,nkj->nk", d, np.linalg.inv(covariance), d))
    total = np.logaddexp.reduce(logs, axis=1)
    likelihood.append(total.mean())
    q = np.exp(logs - total[:, None])  # how much of each point each hill has
    share, w = q.mean(axis=0), q / q.sum(axis=0)
    mean = w.T @ x
    d = x[:, None] - mean
    covariance = np.einsum("nk,nki,nkj->kij", w, d, d)
print(likelihood)

# rules: softmax
import numpy as np

import zerokara as zk
from zerokara import functional as F

scores = (2.0, 1.0, 0.0, -1.0)
temperatures = (0.5, 1.0, 2.0)
draws = 10000
rows = np.array([F.softmax(np.array(scores) / T).data for T in temperatures])
entropies = -np.sum(rows * np.log(rows), axis=1)
print(rows, entropies)  # nats
drawn = []
for i, p in enumerate(rows):
    u = zk.generator(0, "lab", "draws", i).random(draws)
    chosen = np.searchsorted(np.cumsum(p)[:-1], u, side="right")  # symbol k where u lies in its piece of 0…1
    drawn.append(np.bincount(chosen, minlength=len(p)) / draws)
print(np.array(drawn))

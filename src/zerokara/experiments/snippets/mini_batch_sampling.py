# rules: cross_entropy, mean
import numpy as np

import zerokara as zk
from zerokara import functional as F

batch = (1, 3, 10, 30, 100, 300, 1000, 3000, 10000)
draws = 200
hidden = 50
data = zk.data.load("mnist")
pixels, N = int(np.prod(data.train.shape)), len(data.train)
net = zk.models.TwoLayerNet(pixels, hidden, len(data.classes), init="he", rng=zk.generator(0, "lab", "weights"))
answers = zk.training.evaluate(net, data.train)
losses = F.cross_entropy(answers.scores.astype(np.float64), answers.labels, reduction="none").data
spread = []
for size in batch:
    if size > N:
        break
    drawn = zk.generator(0, "lab", "batches", size)
    means = [losses[drawn.integers(0, N, size)].mean() for _ in range(draws)]
    spread.append(np.std(means, ddof=1))
    print(size, spread[-1], losses.std() / size**0.5)  # measured, and by the rule 1/√size

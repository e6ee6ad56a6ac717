# rules: batch_norm, linear, cross_entropy
import numpy as np

import zerokara as zk
from zerokara import functional as F
from zerokara import nn

# part: train

std_from = 1.0
std_to = 0.0001
count = 16
images = 1000
iterations = 191
data, ends = zk.data.load("mnist"), []
few, pixels = data.train.take(images), int(np.prod(data.train.shape))
for std in np.geomspace(std_from, std_to, count):
    for normalized in (False, True):
        layers, drawn = [nn.Flatten()], zk.generator(0, "lab", "weights")
        for before, after in zip([pixels, *[100] * 4], [100] * 5):
            norm = [nn.BatchNorm1d(after, eps=1e-6)] if normalized else []  # the book's epsilon
            layers += [nn.Linear(before, after, init=float(std), rng=drawn), *norm, nn.ReLU()]
        net = nn.Sequential(*layers, nn.Linear(100, len(data.classes), init=float(std), rng=drawn))
        with np.errstate(all="ignore"):  # from too large weights the values leave the range of numbers
            train(net, zk.optim.SGD(net, lr=0.01), few, iterations)
            ends.append(zk.training.evaluate(net, few).accuracy)
        print(f"{std:.4f}", "with" if normalized else "without", ends[-1])

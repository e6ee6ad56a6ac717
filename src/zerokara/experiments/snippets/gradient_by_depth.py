# rules: linear, sigmoid, cross_entropy
import numpy as np

import zerokara as zk
from zerokara import functional as F

activation = ("sigmoid", "sigmoid", "relu", "tanh")
init = ("0.01", "xavier", "he", "xavier")
depths = (2, 4, 6, 8)
examples = 1000
data = zk.data.load("mnist")
few, pixels, ratios = data.train.take(examples), int(np.prod(data.train.shape)), []
for name, start in zip(activation, init):
    for depth in depths:
        drawn, std = zk.generator(0, "lab", "weights", depth), {"0.01": 0.01}.get(start, start)
        net = zk.models.MultiLayerNet(pixels, [100] * depth, len(data.classes), activation=name, init=std, rng=drawn)
        F.cross_entropy(net(zk.data.scaled(few.images)), few.labels).backward()
        sizes = [np.abs(p.grad.astype(np.float64)).mean() for p in net.parameters() if p.ndim == 2]
        ratios.append(sizes[0] / sizes[-1])
        print(name, start, depth, ratios[-1])  # the first layer's gradient beside the last layer's

# rules: conv2d, linear, cross_entropy
import numpy as np

import zerokara as zk
from zerokara import functional as F

# part: train

depths = (1, 2, 3, 4, 5, 6)
parameters = 120000
iterations = 600
data, found = zk.data.load("mnist"), []
pixels, classes = int(np.prod(data.train.shape)), len(data.classes)
for depth in depths:
    w = np.arange(1, 20_000)  # which width gives about as many parameters as wanted?
    count = (pixels + 1) * w + (depth - 1) * (w + 1) * w + (w + 1) * classes
    width = int(w[np.abs(count - parameters).argmin()])
    net = zk.models.MultiLayerNet(pixels, [width] * depth, classes, rng=zk.generator(0, "lab", "weights", "mlp", depth))
    losses = train(net, zk.optim.Adam(net, lr=0.001), data.train, iterations, 50)
    found.append([width, np.mean(losses[-100:])])
    print(depth, width, zk.models.count_parameters(net), zk.training.evaluate(net, data.test).accuracy)

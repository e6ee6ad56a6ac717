# rules: linear, relu, dropout, cross_entropy
import numpy as np

import zerokara as zk
from zerokara import functional as F

# part: train

ways = {"plain": {}}
iterations = 601
lr = 0.01
data = zk.data.load("mnist")
few, pixels, found = data.train.take(300), int(np.prod(data.train.shape)), {}
for name, way in ways.items():
    ratio, drawn = way.pop("dropout", 0.0), zk.generator(0, "lab", "weights")
    net = zk.models.MultiLayerNet(pixels, [100] * 6, len(data.classes), dropout=ratio, rng=drawn)
    train(net, zk.optim.SGD(net, lr=lr, decay="weights", **way), few, iterations)
    found[name] = [zk.training.evaluate(net, part).accuracy for part in (few, data.test)]
    near = np.mean(np.abs(np.concatenate([p.data.ravel() for p in net.parameters() if p.ndim > 1])) < 1e-3)
    print(f"{name}: training {found[name][0]:.3f}, test {found[name][1]:.3f}, weights near 0 {near:.1%}")

# rules: conv2d, cross_entropy
import numpy as np

import zerokara as zk
from zerokara import functional as F

# part: train

iterations = 600
images = 200
share = 0.1
data = zk.data.load("mnist")
net = zk.models.DeepConvNet(data.train.shape, len(data.classes), rng=zk.generator(0, "lab", "weights"))
train(net, zk.optim.Adam(net, lr=0.001), data.train, iterations)
part = data.test.take(images)
x, at = zk.data.scaled(part.images), np.arange(len(part))
heat = zk.explain.grad_cam(net.eval(), x, part.labels).map.reshape(len(x), -1)
erased = heat.argsort(axis=1).argsort(axis=1) >= heat.shape[1] - round(share * heat.shape[1])  # the hottest
with zk.no_grad():
    before = net(x).data[at, part.labels]
    left = np.where(erased.reshape(len(x), 1, *x.shape[2:]), 0, x).astype(np.float32)
    fall = (before - net(left).data[at, part.labels]).mean()
print(fall)  # by how much the score falls; try random pixels

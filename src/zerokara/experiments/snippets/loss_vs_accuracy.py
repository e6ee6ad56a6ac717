# rules: cross_entropy, linear
import numpy as np

import zerokara as zk
from zerokara import functional as F

# part: train

images = 100
iterations = 50
points = 1001
data, along = zk.data.load("mnist"), []
few, pixels = data.train.take(images), int(np.prod(data.train.shape))
net = zk.models.TwoLayerNet(pixels, 50, len(data.classes), rng=zk.generator(0, "lab", "weights"))
train(net, zk.optim.SGD(net, lr=0.1), few, iterations)
x, w = zk.data.scaled(few.images), net.fc2.weight
net.zero_grad()
F.cross_entropy(net(x), few.labels).backward()
which = np.abs(w.grad).argmax()  # the weight with the steepest loss
start = w.data.flat[which]
for shift in np.linspace(-0.5, 0.5, points):
    w.data.flat[which] = start + shift
    scores = net(x).data
    right = scores.argmax(axis=1) == few.labels
    along.append([F.cross_entropy(scores, few.labels).item(), right.mean()])
print([len(np.unique(values)) for values in zip(*along)])  # the loss: a slope; the accuracy: stairs

# rules: dropout, softmax
import numpy as np

import zerokara as zk
from zerokara import functional as F

# part: train

iterations = 3000
ratio = 0.2
masks = 128
data = zk.data.load("mnist")
few, test, pixels = data.train.take(300), data.test.take(300), int(np.prod(data.train.shape))
drawn = zk.generator(0, "lab", "weights")
net = zk.models.MultiLayerNet(pixels, [100] * 6, len(data.classes), dropout=ratio, rng=drawn)
train(net, zk.optim.SGD(net, lr=0.01), few, iterations)
x = zk.data.scaled(test.images)
with zk.no_grad():
    whole = F.softmax(net.eval()(x)).data  # no unit is switched off
    net.train()  # every time other units are
    together = np.mean([F.softmax(net(x)).data for _ in range(masks)], axis=0)
distance = np.abs(together - whole).sum(axis=1).mean() / 2
print(distance, np.mean(together.argmax(axis=1) == whole.argmax(axis=1)))

# rules: dropout, softmax
import numpy as np

import zerokara as zk
from zerokara import functional as F

# part: train

iterations = 3000
ratio = 0.2
masks = 128
inverted = False  # the book's dropout scales down in evaluation
test_images = 2000
data, drawn = zk.data.load("mnist"), zk.generator(0, "lab", "weights")
few, test, pixels = data.train.take(300), data.test.take(test_images), int(np.prod(data.train.shape))
net = zk.models.MultiLayerNet(pixels, [100] * 6, len(data.classes), dropout=ratio, rng=drawn)
for layer in (layer for layer in net if isinstance(layer, zk.nn.Dropout)):
    layer.inverted = inverted
train(net, zk.optim.SGD(net, lr=0.01), few, iterations)
x = zk.data.scaled(test.images)
with zk.no_grad():
    whole = F.softmax(net.eval()(x)).data  # no unit is switched off
    net.train()  # every time other units are
    together = np.mean([F.softmax(net(x)).data for _ in range(masks)], axis=0)
distance = np.abs(together - whole).sum(axis=1).mean() / 2
print(distance, np.mean(together.argmax(axis=1) == whole.argmax(axis=1)))

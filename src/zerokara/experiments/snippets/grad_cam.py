# rules: conv2d, cross_entropy
import numpy as np

import zerokara as zk
from zerokara import functional as F

# part: train

iterations = 600
shown = 12
data = zk.data.load("mnist")
net = zk.models.DeepConvNet(data.train.shape, len(data.classes), rng=zk.generator(0, "lab", "weights"))
train(net, zk.optim.Adam(net, lr=0.001), data.train, iterations)
part = data.test.take(shown)
heat = zk.explain.grad_cam(net.eval(), zk.data.scaled(part.images), part.labels)
print(heat.layer, heat.map.shape)
for k in range(3):
    print(part.labels[k], np.unravel_index(heat.map[k].argmax(), heat.map[k].shape))  # the hottest pixel

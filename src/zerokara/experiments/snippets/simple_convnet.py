# rules: conv2d, max_pool2d, linear, cross_entropy
import numpy as np

import zerokara as zk
from zerokara import functional as F

# part: train

images = 60000
iterations = 12000
starts = (0.01,)
data, ends = zk.data.load("mnist"), []
some = data.train.take(images)
for init in starts:
    drawn = zk.generator(0, "lab", "weights")
    net = zk.models.SimpleConvNet(data.train.shape, len(data.classes), init=init, rng=drawn)
    losses = train(net, zk.optim.Adam(net, lr=0.001), some, iterations)
    ends.append([zk.training.evaluate(net, part).accuracy for part in (some, data.test)])
    print(init, np.mean(losses[-100:]), ends[-1])

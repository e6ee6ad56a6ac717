# rules: conv2d, relu
import numpy as np

import zerokara as zk
from zerokara import functional as F

# part: train

iterations = 600
images = 1000
data = zk.data.load("mnist")
net = zk.models.SimpleConvNet(data.train.shape, len(data.classes), rng=zk.generator(0, "lab", "weights"))
train(net, zk.optim.Adam(net, lr=0.001), data.train, iterations)

y, zeros = zk.data.scaled(data.test.images[:images]), []
with zk.no_grad():
    for name, layer in net.eval().named_children():
        y = layer(y)  # the output of every layer, one after the other
        print(name, y.shape)
        if name.startswith("relu"):
            zeros.append(np.mean(y.data == 0))
print(zeros)  # how much of what a ReLU gives is 0

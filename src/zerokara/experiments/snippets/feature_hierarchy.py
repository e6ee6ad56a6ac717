# rules: conv2d, relu, cross_entropy
import numpy as np

import zerokara as zk
from zerokara import functional as F

# part: train

iterations = 600
images = 2000
top = 9
data = zk.data.load("mnist")
net = zk.models.DeepConvNet(data.train.shape, len(data.classes), rng=zk.generator(0, "lab", "weights"))
train(net, zk.optim.Adam(net, lr=0.001), data.train, iterations)
part, alike = data.test.take(images), {}
y = zk.data.scaled(part.images)
for name, layer in net.eval().named_children():
    y = layer(y)
    if name.startswith("relu"):
        values = y.data.reshape(len(part), y.shape[1], -1).max(axis=2)  # how strongly each image excites each unit
        labels = part.labels[np.argsort(-values, axis=0, kind="stable")[:top]]
        share = np.array([np.bincount(column).max() / top for column in labels.T])
        alike[name] = share[values.max(axis=0) > 0].mean()  # how many of the strongest are of the same class
        print(name, alike[name])

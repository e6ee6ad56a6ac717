# rules: linear, sigmoid
import time

import numpy as np

import zerokara as zk
from zerokara import functional as F

# part: train

iterations = 3000
batch = (1, 3, 10, 30, 100, 300, 1000, 3000, 10000)
data = zk.data.load("mnist")
pixels, drawn = int(np.prod(data.train.shape)), zk.generator(0, "lab", "weights")
net = zk.models.MultiLayerNet(pixels, (50, 100), len(data.classes), activation="sigmoid", init="xavier", rng=drawn)
train(net, zk.optim.Adam(net), data.train, iterations)
x, accuracies = zk.data.scaled(data.test.images), []
for size in batch:
    began = time.perf_counter()
    with zk.no_grad():
        answers = np.concatenate([net(x[k : k + size]).data.argmax(axis=1) for k in range(0, len(x), size)])
    accuracies.append(np.mean(answers == data.test.labels))
    print(size, accuracies[-1], f"{1e6 * (time.perf_counter() - began) / len(x):.1f} µs an image")

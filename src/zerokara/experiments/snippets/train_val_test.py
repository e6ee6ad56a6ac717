# rules: linear, relu, cross_entropy
import numpy as np

import zerokara as zk

trials = 100
epochs = 50
images = 500
data = zk.data.load("mnist")
some = data.train.take(images + 100)
train, validation = some.select(np.arange(images)), some.select(np.arange(images, len(some)))
pixels, drawn, scores = int(np.prod(data.train.shape)), np.random.default_rng(0), []
for _ in range(trials):
    net = zk.models.MultiLayerNet(pixels, [100] * 6, len(data.classes))
    optimizer = zk.optim.SGD(net, lr=10 ** drawn.uniform(-6, -2), weight_decay=10 ** drawn.uniform(-8, -4))
    for _record in zk.training.fit(net, zk.data.Loader(train, 100), optimizer, epochs=epochs):
        pass
    scores.append([zk.training.evaluate(net, part).accuracy for part in (train, validation, data.test)])
best = max(range(trials), key=lambda k: scores[k][1])  # chosen by validation
print("claimed", scores[best][1], "true", scores[best][2])

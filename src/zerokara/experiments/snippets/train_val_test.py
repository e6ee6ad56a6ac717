# rules: linear, relu, cross_entropy
import numpy as np

import zerokara as zk
from zerokara import functional as F

# part: train

trials = 100
epochs = 50
images = 500
validation = 100
data = zk.data.load("mnist")
some, pixels, scores = data.train.take(images), int(np.prod(data.train.shape)), []
order = zk.generator(0, "lab", "kept apart").permutation(len(some))
learn, judge = some.select(order[validation:]), some.select(order[:validation])
rates = 10 ** zk.generator(0, "lab", "drawn", 0).uniform(-6, -2, trials)
decays = 10 ** zk.generator(0, "lab", "drawn", 1).uniform(-8, -4, trials)
for k, (lr, decay) in enumerate(zip(rates, decays)):
    drawn = zk.generator(0, "lab", "weights", k)
    net = zk.models.MultiLayerNet(pixels, [100] * 6, len(data.classes), rng=drawn)
    optimizer = zk.optim.SGD(net, lr=lr, weight_decay=decay, decay="weights")
    train(net, optimizer, learn, epochs * max(1, len(learn) // 100), stream=f"batches {k}")
    scores.append([zk.training.evaluate(net, part).accuracy for part in (learn, judge, data.test)])
best = max(range(trials), key=lambda k: scores[k][1])  # chosen by validation
print("claimed", scores[best][1], "true", scores[best][2])

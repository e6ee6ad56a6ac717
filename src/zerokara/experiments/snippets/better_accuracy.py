# rules: conv2d, dropout, softmax, cross_entropy
import numpy as np

import zerokara as zk
from zerokara import functional as F

images = 60000
test_images = 10000
iterations = 1200
members = 5
data, mistakes, together = zk.data.load("mnist"), [], []
some, test, crop = data.train.take(images), data.test.take(test_images), zk.data.transforms.Crop(1)
for member in range(members):
    net = zk.models.DeepConvNet(data.train.shape, len(data.classes), rng=zk.generator(0, "lab", "weights", member))
    adam, falling = zk.optim.Adam(net), zk.optim.CosineLR(0.001, iterations)  # the learning rate
    drawn, altering = (zk.generator(0, "lab", f"batches {member}", *more) for more in ((), ("transform",)))
    for i in range(iterations):
        adam.lr, chosen = falling(i), drawn.integers(0, len(some), 100)
        x = crop(zk.data.scaled(some.images[chosen]), altering)  # shifted by a pixel, each time anew
        loss = F.cross_entropy(net(x), some.labels[chosen])
        adam.zero_grad()
        loss.backward()
        adam.step()
    together.append(zk.training.evaluate(net, test).probabilities)
    mistakes.append(np.sum(together[-1].argmax(axis=1) != test.labels))
    print(member, mistakes[-1], "mistakes")
mistakes.append(np.sum(np.mean(together, axis=0).argmax(axis=1) != test.labels))
print(mistakes[-1], "together")

# rules: conv2d, dropout, softmax, cross_entropy
import numpy as np

import zerokara as zk

images = 60000
iterations = 1200
members = 5
data, together = zk.data.load("mnist"), []
some = data.train.take(images)
epochs = max(1, iterations * 100 // len(some))
for member in range(members):
    net = zk.models.DeepConvNet(data.train.shape, len(data.classes), rng=zk.generator(0, "lab", "weights", member))
    crop = zk.data.transforms.Crop(1)  # shifted by a pixel, each time anew
    loader, optimizer = zk.data.Loader(some, 100, seed=member, transform=crop), zk.optim.Adam(net)
    falling = zk.optim.CosineLR(0.001, iterations)  # the learning rate
    for _ in zk.training.fit(net, loader, optimizer, epochs=epochs, schedule=falling):
        pass
    together.append(zk.training.evaluate(net, data.test).probabilities)
    print(member, np.sum(together[-1].argmax(axis=1) != data.test.labels), "mistakes")
print(np.sum(np.mean(together, axis=0).argmax(axis=1) != data.test.labels), "together")

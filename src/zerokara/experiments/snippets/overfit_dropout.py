# rules: dropout
import numpy as np

import zerokara as zk
from zerokara import nn, optim

data = zk.data.load("mnist")
few, pixels = data.train.take(300), int(np.prod(data.train.shape))
ends = {}
for p in (0.0, 0.2):
    sizes, layers = [pixels, *[100] * 6], [nn.Flatten()]
    for before, after in zip(sizes, sizes[1:]):
        layers += [nn.Linear(before, after), nn.ReLU(), nn.Dropout(p)]
    net = nn.Sequential(*layers, nn.Linear(100, len(data.classes)))
    for _ in zk.training.fit(net, zk.data.Loader(few, 100), optim.SGD(net, lr=0.01), epochs=301):
        pass
    ends[p] = [zk.training.evaluate(net, part).accuracy for part in (few, data.test)]
    print(f"dropout {p}: training {ends[p][0]:.3f}, test {ends[p][1]:.3f}")

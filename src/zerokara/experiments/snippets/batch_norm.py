# rules: batch_norm, linear, cross_entropy
import numpy as np

import zerokara as zk
from zerokara import nn

data = zk.data.load("mnist")
few, pixels = data.train.take(1000), int(np.prod(data.train.shape))
ends = {}
for std in (0.3, 0.05, 0.01):
    for normalized in (False, True):
        layers = [nn.Flatten()]
        for before, after in zip([pixels, *[100] * 4], [100] * 5):
            layers += [nn.Linear(before, after, init=std), *([nn.BatchNorm1d(after)] if normalized else []), nn.ReLU()]
        net = nn.Sequential(*layers, nn.Linear(100, len(data.classes), init=std))
        for _ in zk.training.fit(net, zk.data.Loader(few, 100), zk.optim.SGD(net, lr=0.01), epochs=20):
            pass
        ends[std, normalized] = zk.training.evaluate(net, few).accuracy
        print(std, "with" if normalized else "without", ends[std, normalized])

# rules: linear, relu, cross_entropy
import numpy as np

import zerokara as zk

data = zk.data.load("mnist")
few = data.train.take(500)
train, validation = zk.data.split(few, 0.2, seed=0)
pixels, drawn = int(np.prod(data.train.shape)), np.random.default_rng(0)
found = []
for _ in range(100):
    lr, decay = 10 ** drawn.uniform(-6, -2), 10 ** drawn.uniform(-8, -4)
    net = zk.models.MultiLayerNet(pixels, [100] * 6, len(data.classes))
    optimizer = zk.optim.SGD(net, lr=lr, weight_decay=decay)
    for _record in zk.training.fit(net, zk.data.Loader(train, 100), optimizer, epochs=50):
        pass
    found.append((zk.training.evaluate(net, validation).accuracy, lr, decay))
for accuracy, lr, decay in sorted(found, reverse=True)[:5]:
    print(f"validation accuracy {accuracy:.2f}: learning rate {lr:.5f}, weight decay {decay:.1e}")

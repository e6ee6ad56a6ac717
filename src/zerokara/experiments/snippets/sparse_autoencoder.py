# rules: linear, relu, sigmoid
import numpy as np

import zerokara as zk

# part: teach_pictures

images = 20000
epochs = 8
batch_size = 128
penalty = (0.0, 0.001, 0.003, 0.01)
units = 256
data, told = zk.data.load("mnist"), []
train, x = data.train.take(images), zk.tensor(zk.data.scaled(data.test.images))
for price in penalty:
    weights = zk.generator(0, "lab", "weights")
    model = zk.models.SparseAutoEncoder(train.shape, code=units, penalty=price, rng=weights)
    teach(model, train, epochs, batch_size)
    with zk.no_grad():
        code = model.encode(x)
        told.append([np.mean(code.data > 0), np.mean((model.decode(code).data - x.data) ** 2)])
    print(price, "active", told[-1][0], "error", told[-1][1])

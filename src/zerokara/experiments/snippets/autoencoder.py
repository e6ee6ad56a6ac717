# rules: linear, relu, sigmoid
import numpy as np

import zerokara as zk

# part: teach_pictures

images = 20000
epochs = 10
batch_size = 128
k = (2, 8, 32)
hidden = (128,)
data = zk.data.load("mnist")
train, errors = data.train.take(images), []
x = zk.tensor(zk.data.scaled(data.test.images))
for size in k:
    model = zk.models.AutoEncoder(train.shape, hidden, size, rng=zk.generator(0, "lab", "weights", size))
    teach(model, train, epochs, batch_size)
    with zk.no_grad():
        errors.append(np.mean((model(x).data - x.data) ** 2))
    print(size, zk.models.count_parameters(model), errors[-1])

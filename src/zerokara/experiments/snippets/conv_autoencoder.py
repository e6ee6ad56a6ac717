# rules: conv2d, conv2d_grad_x, linear, relu, sigmoid
import numpy as np

import zerokara as zk

# part: teach_pictures

images = 20000
epochs = 5
batch_size = 128
k = 32
filters = (16, 32)
data = zk.data.load("mnist")
train, x = data.train.take(images), zk.tensor(zk.data.scaled(data.test.images))
model = zk.models.ConvAutoEncoder(train.shape, filters, k, rng=zk.generator(0, "lab", "weights", "conv"))
teach(model, train, epochs, batch_size)
with zk.no_grad():
    error = np.mean((model(x).data - x.data) ** 2)
print(model)
print(zk.models.count_parameters(model), error)

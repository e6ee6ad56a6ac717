# rules: linear, relu, sigmoid, clip
import numpy as np

import zerokara as zk
from zerokara import models

# part: teach_pictures

images = 20000
epochs = 10
batch_size = 128
noise = 0.5
kind = "gaussian"
units = 128
data = zk.data.load("mnist")
train, x = data.train.take(images), zk.data.scaled(data.test.images)
noisy = models.damaged(x, noise, kind, zk.generator(0, "lab", "noise"))
weights = zk.generator(0, "lab", "weights")
cleaner = models.DenoisingAutoEncoder(train.shape, (), units, noise=noise, kind=kind, rng=weights)
teach(cleaner, train, epochs, batch_size)
with zk.no_grad():
    errors = [np.mean((noisy.data - x) ** 2), np.mean((cleaner(noisy).data - x) ** 2)]
print("noisy", errors[0], "cleaned", errors[1])

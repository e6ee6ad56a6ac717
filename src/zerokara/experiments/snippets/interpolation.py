# rules: gaussian_kl, reparametrize, binary_cross_entropy_with_logits
import numpy as np

import zerokara as zk

# part: teach_pictures

images = 20000
epochs = 10
batch_size = 128
hidden = 256
first = 3
last = 8
steps = 9
path = "straight"
data = zk.data.load("mnist")
train, test = data.train.take(images), data.test
model = zk.models.VAE(train.shape, (hidden,), 20, rng=zk.generator(0, "lab", "weights", 20))
teach(model, train, epochs, batch_size)
a, b = (zk.data.scaled(test.images[np.argmax(test.labels == k)][None])[0] for k in (first, last))
pictures = zk.explain.walk(model, a, b, steps, path)
print(pictures.shape, np.abs(np.diff(pictures, axis=0)).mean())

# rules: gaussian_kl, reparametrize, binary_cross_entropy_with_logits
import numpy as np

import zerokara as zk

# part: teach_pictures

images = 20000
epochs = 6
batch_size = 128
hidden = 256
latent = 20
beta = (0.1, 1.0, 4.0, 10.0)
data, told = zk.data.load("mnist"), []
train, x = data.train.take(images), zk.tensor(zk.data.scaled(data.test.images))
for weight in beta:
    drawn = zk.generator(0, "lab", "weights", latent)
    model = zk.models.VAE(train.shape, (hidden,), latent, beta=weight, rng=drawn)
    teach(model, train, epochs, batch_size)
    with zk.no_grad():
        mean, log_variance = model.encode(x)
        kl = zk.functional.gaussian_kl(mean, log_variance).item()
    told.append([kl, np.count_nonzero(mean.data.var(axis=0) > 0.01)])
    print(weight, "KL", told[-1][0], "in use", told[-1][1])

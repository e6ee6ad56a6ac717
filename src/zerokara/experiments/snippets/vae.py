# rules: gaussian_kl, reparametrize, binary_cross_entropy_with_logits
import numpy as np

import zerokara as zk

# part: teach_pictures

images = 20000
epochs = 10
batch_size = 128
hidden = 256
latent = 20
beta = 1.0
loss = "bernoulli"
data = zk.data.load("mnist")
train, x = data.train.take(images), zk.tensor(zk.data.scaled(data.test.images))
draw = zk.generator(0, "lab", "weights", latent)
model = zk.models.VAE(train.shape, (hidden,), latent, beta=beta, likelihood=loss, rng=draw)
teach(model, train, epochs, batch_size)
codes = zk.generator(0, "lab", "codes").standard_normal((500, latent)).astype(np.float32)
with zk.no_grad():
    kl = zk.functional.gaussian_kl(*model.encode(x)).item()
    samples = model.decode(codes).data
print("KL", kl, "samples", samples.shape)

# rules: gaussian_kl, reparametrize, binary_cross_entropy_with_logits
import zerokara as zk
from zerokara import functional as F

# part: teach_pictures

images = 20000
epochs = 3
batch_size = 128
hidden = 256
latent = 20


class Averaging(zk.models.VAE):
    def loss(self, x, labels=None):
        mean, log_variance = self.encode(x)
        scores = self.decoder(F.reparametrize(mean, log_variance))
        return F.binary_cross_entropy_with_logits(scores, x) + F.gaussian_kl(mean, log_variance)  # mean and sum


data, kl = zk.data.load("mnist"), []
for kind in (Averaging, zk.models.VAE):
    model = kind(data.train.shape, (hidden,), latent, rng=zk.generator(0, "lab", "weights", latent))
    teach(model, data.train.take(images), epochs, batch_size)
    with zk.no_grad():
        kl.append(F.gaussian_kl(*model.encode(zk.data.scaled(data.test.images))).item())
print(kl)

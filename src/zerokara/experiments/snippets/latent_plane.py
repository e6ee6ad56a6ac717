# rules: gaussian_kl, reparametrize, binary_cross_entropy_with_logits
import zerokara as zk

# part: teach_pictures

images = 20000
epochs = 10
batch_size = 128
hidden = 256
side = 15
beta = 1.0
data = zk.data.load("mnist")
train, x = data.train.take(images), zk.tensor(zk.data.scaled(data.test.images))
model = zk.models.VAE(train.shape, (hidden,), 2, beta=beta, rng=zk.generator(0, "lab", "weights", 2))
teach(model, train, epochs, batch_size)
plane = zk.explain.latent_plane(model, side)  # a picture for every place
with zk.no_grad():
    codes = model.encode(x)[0].data
print(plane.shape, codes.std(axis=0))

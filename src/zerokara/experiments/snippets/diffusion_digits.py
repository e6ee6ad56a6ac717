# rules: linear, silu
import numpy as np

import zerokara as zk

# part: teach_drawn

T = 100
iterations = 4000
batch_size = 128
guidance = (1.0, 2.0)
width = 256
drawn = 1000
data = zk.data.load("digits")
images, labels = (np.concatenate([getattr(part, n) for part in (data.train, data.test)]) for n in ("images", "labels"))
real = zk.data.Split(zk.data.scaled(images) * 2 - 1, labels)  # pixels in −1…1
network = zk.models.PointDenoiser((1, 8, 8), width, 4, classes=10, rng=zk.generator(0, "lab", "weights"))
model = zk.models.Diffusion(network, T, classes=10)
losses = teach(model, real, iterations, batch_size)
asked = np.arange(drawn) % 10
made = model.sample(drawn, (1, 8, 8), asked, guidance=guidance[0], rng=zk.generator(0, "lab", "chain"))
print("loss", losses[-1], made.shape)

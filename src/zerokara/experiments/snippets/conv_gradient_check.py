# rules: conv2d, max_pool2d, linear
import numpy as np

import zerokara as zk
from zerokara import functional as F

images = 2
size = 10
x = zk.generator(0, "lab", "images").random((images, 1, size, size))
labels = zk.generator(0, "lab", "labels").integers(0, 10, images)
net = zk.models.SimpleConvNet(
    (1, size, size), filters=10, filter_size=3, hidden_size=10, stride=1, padding=0, init=0.01,
    rng=zk.generator(0, "lab", "weights"),
).astype(np.float64)  # fmt: skip
F.cross_entropy(net(x), labels).backward()
drawn, differences = zk.generator(0, "lab", "entries"), []
for p in net.parameters():
    apart = []
    for i in np.sort(drawn.permutation(p.size)[:10]):
        here, losses = p.data.flat[i], []
        for p.data.flat[i] in (here + 1e-4, here - 1e-4):
            losses.append(F.cross_entropy(net(x), labels).item())
        p.data.flat[i] = here
        apart.append(abs((losses[0] - losses[1]) / 2e-4 - p.grad.flat[i]))
    differences.append(np.mean(apart))
print(differences)

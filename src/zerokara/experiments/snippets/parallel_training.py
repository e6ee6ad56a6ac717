# rules: linear, cross_entropy
import numpy as np

import zerokara as zk
from zerokara import functional as F

batch_size = 100
data = zk.data.load("mnist")
chosen = zk.generator(0, "lab", "batches").integers(0, len(data.train), batch_size)
x, labels = zk.data.scaled(data.train.images[chosen]), data.train.labels[chosen]
net = zk.models.build_model("simple-convnet", data.train.shape, len(data.classes), zk.generator(0, "lab", "weights"))


def gradient(x, labels):
    """The loss, and the gradient of every parameter, for a part of the batch."""
    net.zero_grad()
    loss = F.cross_entropy(net(x), labels)
    loss.backward()
    return loss.item(), [p.grad.copy() for p in net.parameters()]


loss, whole = gradient(x, labels)
half = batch_size // 2  # two workers, half the batch each; processes of their own would do them at the same time
parts = [gradient(x[:half], labels[:half]), gradient(x[half:], labels[half:])]
means = [(a + b) / 2 for a, b in zip(parts[0][1], parts[1][1])]
print(loss, max(np.abs(a - b).max() for a, b in zip(whole, means)))  # the mean is the gradient of the whole

# rules: conv2d
import numpy as np
from sklearn.datasets import load_sample_image

import zerokara as zk
from zerokara import functional as F

# part: train

iterations = 1000
side = 213
data = zk.data.load("mnist")
net = zk.models.SimpleConvNet(data.train.shape, len(data.classes), rng=zk.generator(0, "lab", "weights"))
train(net, zk.optim.Adam(net, lr=0.001), data.train, iterations)

photo = load_sample_image("china.jpg") @ [0.299, 0.587, 0.114] / 255
block = -(-max(photo.shape) // side)
H, W = photo.shape[0] // block, photo.shape[1] // block
photo = photo[: H * block, : W * block].reshape(H, block, W, block).mean(axis=(1, 3)).astype(np.float32)
maps = F.conv2d(photo[None, None], net.conv1.weight.data[:16]).data[0]  # without the biases
print(maps.shape, maps.min(), maps.max())

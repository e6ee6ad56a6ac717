# rules: conv2d, add, relu
import numpy as np

import zerokara as zk
from zerokara import functional as F
from zerokara import nn

depths = (8, 20, 32)
channels = 8
data, sizes = zk.data.load("mnist"), []
C, H, W = data.train.shape


class Block(nn.Module):
    def __init__(self, shortcut, drawn):
        made = {"padding": 1, "init": "xavier", "rng": drawn}
        self.first, self.second = (nn.Conv2d(channels, channels, 3, bias=True, **made) for _ in range(2))
        self.shortcut = shortcut

    def forward(self, x):
        y = self.second(F.relu(self.first(x)))
        return F.relu(x + y if self.shortcut else y)


for shortcut in (False, True):
    for depth in depths:
        drawn = zk.generator(0, "lab", "weights", depth)
        layers = [nn.Conv2d(C, channels, 3, 2, padding=1, init="xavier", rng=drawn), nn.ReLU(), nn.MaxPool2d(2)]
        layers += [Block(shortcut, drawn) for _ in range((depth - 2) // 2)]
        side = (H + 1) // 2 // 2
        net = nn.Sequential(
            *layers, nn.Flatten(), nn.Linear(channels * side**2, len(data.classes), init="xavier", rng=drawn)
        )
        F.cross_entropy(net(zk.data.scaled(data.train.images[:100])), data.train.labels[:100]).backward()
        sizes.append([np.abs(p.grad).mean() for p in net.parameters() if p.ndim == 4])
        print(shortcut, depth, sizes[-1][0])  # what is left of the gradient at the first layer

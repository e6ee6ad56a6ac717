# rules: conv2d, max_pool2d, linear
import zerokara as zk
from zerokara import functional as F
from zerokara import nn

# part: train

images = 5000
iterations = 1000
kernel = 5
channels = 16
data, found = zk.data.load("mnist"), []
some, (C, H, W) = data.train.take(images), data.train.shape
for name, kernels in (("large", [kernel]), ("small", [3] * (kernel // 2))):
    drawn = zk.generator(0, "lab", "weights", name)
    first = nn.Conv2d(C, channels, 3, padding=1, init="he", rng=zk.generator(0, "lab", "weights", "stem"))
    layers = [first, nn.ReLU(), nn.MaxPool2d(2)]
    for k in kernels:
        layers += [nn.Conv2d(channels, channels, k, padding=k // 2, init="he", rng=drawn), nn.ReLU()]
    last = nn.Linear(channels * (H // 4) * (W // 4), len(data.classes), init="he", rng=drawn)
    net = nn.Sequential(*layers, nn.MaxPool2d(2), nn.Flatten(), last)
    found.append(train(net, zk.optim.Adam(net, lr=0.001), some, iterations))
    print(name, zk.models.count_parameters(net), zk.training.evaluate(net, data.test).accuracy)

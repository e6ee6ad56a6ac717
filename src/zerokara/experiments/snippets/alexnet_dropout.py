# rules: conv2d, dropout, cross_entropy
import zerokara as zk
from zerokara import functional as F
from zerokara import nn

# part: train

images = 5000
iterations = 600
width = 512
ratio = 0.5
data, found = zk.data.load("cifar10"), []
some, (C, H, W) = data.train.take(images), data.train.shape
for p in (0.0, ratio):
    drawn, side, channels, layers = zk.generator(0, "lab", "weights"), H, C, []
    for i, filters in enumerate((16, 32, 48, 32, 32), 1):
        layers += [nn.Conv2d(channels, filters, 3, padding=1, init="he", rng=drawn), nn.ReLU()]
        channels = filters
        if i in (1, 2, 5) and side > 1:
            layers, side = [*layers, nn.MaxPool2d(2)], side // 2
    for flat, n in ((nn.Flatten(), channels * side**2), (nn.Identity(), width)):
        layers += [flat, nn.Dropout(p), nn.Linear(n, width, init="he", rng=drawn), nn.ReLU()]
    net = nn.Sequential(*layers, nn.Linear(width, len(data.classes), init="he", rng=drawn))
    found.append(train(net, zk.optim.Adam(net, lr=0.001), some, iterations))
    print(p, zk.training.evaluate(net, some).accuracy, zk.training.evaluate(net, data.test).accuracy)

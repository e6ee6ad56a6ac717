# rules: conv2d, avg_pool2d, max_pool2d, linear
import zerokara as zk
from zerokara import functional as F
from zerokara import nn

# part: train

images = 60000
iterations = 1000
data, ends = zk.data.load("mnist"), {}
some, (C, H, W) = data.train.take(images), data.train.shape
for act in (nn.Sigmoid, nn.ReLU):
    for pool in (nn.AvgPool2d, nn.MaxPool2d):
        made = {"init": "xavier", "rng": zk.generator(0, "lab", "weights")}
        pad = 0 if H >= 12 else 2
        side = (H // 2 + 2 * pad - 4) // 2
        layers = [nn.Conv2d(C, 6, 5, padding=2, **made), act(), pool(2)]
        layers += [nn.Conv2d(6, 16, 5, padding=pad, **made), act(), pool(2), nn.Flatten()]
        layers += [nn.Linear(16 * side**2, 120, **made), act(), nn.Linear(120, 84, **made), act()]
        net = nn.Sequential(*layers, nn.Linear(84, len(data.classes), **made))
        losses = train(net, zk.optim.Adam(net, lr=0.001), some, iterations)
        ends[act.__name__, pool.__name__] = losses
        print(act.__name__, pool.__name__, zk.training.evaluate(net, data.test).accuracy)

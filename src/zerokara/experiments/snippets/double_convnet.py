# rules: conv2d, max_pool2d, linear, cross_entropy
import zerokara as zk
from zerokara import functional as F
from zerokara import nn

# part: train

images = 5000
iterations = 1000
data = zk.data.load("mnist")
some, (C, H, W) = data.train.take(images), data.train.shape
drawn, rows, columns = zk.generator(0, "lab", "weights", "double"), (H - 4) // 2 // 2, (W - 4) // 2 // 2
layers = [nn.Conv2d(C, 10, 7, padding=1, init="he", rng=drawn), nn.ReLU(), nn.MaxPool2d(2)]
layers += [nn.Conv2d(10, 20, 3, padding=1, init="he", rng=drawn), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()]
layers += [nn.Linear(20 * rows * columns, 100, init="he", rng=drawn), nn.ReLU()]
double = nn.Sequential(*layers, nn.Linear(100, len(data.classes), init="he", rng=drawn))
drawn = zk.generator(0, "lab", "weights")
single = zk.models.SimpleConvNet(data.train.shape, len(data.classes), init="he", rng=drawn)
losses = []
for net in (single, double):
    losses.append(train(net, zk.optim.Adam(net, lr=0.001), some, iterations))
    print(zk.models.count_parameters(net), losses[-1][-1], zk.training.evaluate(net, data.test).accuracy)

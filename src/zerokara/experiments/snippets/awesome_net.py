# rules: conv2d, batch_norm, cross_entropy
import zerokara as zk
from zerokara import functional as F
from zerokara import nn

# part: train

images = 5000
iterations = 1000
data, drawn = zk.data.load("mnist"), zk.generator(0, "lab", "weights")
some, (C, H, W) = data.train.take(images), data.train.shape
made = {"init": "he", "rng": drawn}
layers = [nn.Conv2d(C, 16, 3, padding=1, **made), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()]
layers += [nn.Linear(16 * (H // 2) * (W // 2), 64, **made), nn.ReLU()]  # your own lines here
net = nn.Sequential(*layers, nn.Linear(64, len(data.classes), **made))
losses = train(net, zk.optim.Adam(net, lr=0.001), some, iterations)
print(losses[-1], zk.training.evaluate(net, data.test).accuracy)

# rules: conv2d, cross_entropy
import zerokara as zk
from zerokara import functional as F

# part: train

iterations = 1000
data = zk.data.load("mnist")
net = zk.models.SimpleConvNet(data.train.shape, len(data.classes), rng=zk.generator(0, "lab", "weights"))
before = net.conv1.weight.data.copy()
zk.explain.filters(net, "conv1")  # in a notebook: shown as pictures
train(net, zk.optim.Adam(net, lr=0.001), data.train, iterations)
after = net.conv1.weight.data
print(before[0, 0], after[0, 0], sep="\n")  # one filter, before and after

# rules: conv2d, softmax
import numpy as np

import zerokara as zk
from zerokara import functional as F

# part: train

images = 60000
test_images = 10000
iterations = 600
data = zk.data.load("mnist")
net = zk.models.DeepConvNet(data.train.shape, len(data.classes), rng=zk.generator(0, "lab", "weights"))
train(net, zk.optim.Adam(net, lr=0.001), data.train.take(images), iterations)
test = data.test.take(test_images)
plain = zk.training.evaluate(net, test)
own = net.state_dict()
sizes = [sum(w.nbytes for w in own.values()), sum(w.astype(np.float16).nbytes for w in own.values())]
net.load_state_dict({name: w.astype(np.float16).astype(np.float32) for name, w in own.items()})
half = zk.training.evaluate(net, test)  # weights of 16 bits, arithmetic of 32
print(sizes, plain.accuracy, half.accuracy, np.abs(plain.scores - half.scores).max())

# rules: linear, sigmoid, softmax
import numpy as np

import zerokara as zk
from zerokara import functional as F

# part: train

iterations = 3000
data = zk.data.load("mnist")
pixels, drawn = int(np.prod(data.train.shape)), zk.generator(0, "lab", "weights")
net = zk.models.MultiLayerNet(pixels, (50, 100), len(data.classes), activation="sigmoid", init="xavier", rng=drawn)
train(net, zk.optim.Adam(net), data.train, iterations)

net.eval()
with zk.no_grad():  # from here on nothing is learned: one image after the other goes forward
    answers = [int(net(zk.data.scaled(image[None])).data.argmax()) for image in data.test.images]
accuracy = np.mean(answers == data.test.labels)
print(accuracy)

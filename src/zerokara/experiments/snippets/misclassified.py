# rules: conv2d, softmax, cross_entropy
import zerokara as zk
from zerokara import functional as F

# part: train

images = 60000
test_images = 10000
iterations = 1800
data = zk.data.load("mnist")
net = zk.models.build_model("deep-convnet", data.train.shape, len(data.classes), zk.generator(0, "lab", "weights"))
train(net, zk.optim.Adam(net, lr=0.001), data.train.take(images), iterations)
answers = zk.training.evaluate(net, data.test.take(test_images))
print(answers.accuracy, len(answers.errors))
for k in answers.errors[:20]:
    print(k, "is", answers.labels[k], "read as", answers.predictions[k], answers.probabilities[k].max())

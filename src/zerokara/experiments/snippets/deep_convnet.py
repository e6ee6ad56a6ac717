# rules: conv2d, max_pool2d, dropout, cross_entropy
import zerokara as zk

images = 60000
epochs = 20
data = zk.data.load("mnist")
some = data.train.take(images)
net = zk.models.DeepConvNet(data.train.shape, len(data.classes), rng=zk.generator(0, "lab", "weights"))
loader = zk.data.Loader(some, 100, sampling="replacement")
for record in zk.training.fit(net, loader, zk.optim.Adam(net, lr=0.001), epochs=epochs, validation=data.test):
    print(record)
parameters = zk.models.count_parameters(net)
print(parameters, zk.training.evaluate(net, data.test).accuracy)

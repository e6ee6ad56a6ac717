# rules: conv2d, max_pool2d, linear, cross_entropy
import zerokara as zk

data = zk.data.load("mnist")
few = data.train.take(5000)
net = zk.models.SimpleConvNet(data.train.shape, len(data.classes))
for record in zk.training.fit(net, zk.data.Loader(few, 100), zk.optim.Adam(net, lr=0.001), epochs=20):
    print(record)
accuracy = zk.training.evaluate(net, data.test).accuracy
print(accuracy)

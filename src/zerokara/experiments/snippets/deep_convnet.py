# rules: conv2d, max_pool2d, dropout, cross_entropy
import zerokara as zk

images = 60000
test_images = 10000
epochs = 20
places = "both"
inverted = False  # the book's dropout scales down in evaluation
data = zk.data.load("mnist")
some, test = data.train.take(images), data.test.take(test_images)
net = zk.models.DeepConvNet(data.train.shape, len(data.classes), rng=zk.generator(0, "lab", "weights"))
if places == "both":
    net.output_dropout = zk.nn.Dropout(0.5)  # the scores are dropped too, as in the book
for layer in (layer for layer in net if isinstance(layer, zk.nn.Dropout)):
    layer.inverted = inverted
loader, accuracies = zk.data.Loader(some, 100, sampling="replacement"), []
for record in zk.training.fit(net, loader, zk.optim.Adam(net, lr=0.001), epochs=epochs, validation=test):
    if record.kind == "epoch":
        accuracies.append(record.val_accuracy)
    print(record)
parameters = zk.models.count_parameters(net)
print(parameters, zk.training.evaluate(net, test).accuracy)

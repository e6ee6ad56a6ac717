# rules:
import zerokara as zk

channels = 1
size = 28
shape = (channels, size, size)
net = zk.models.DeepConvNet(shape)
rows = [row for row in zk.models.summarize(net, shape) if row.kind in ("Conv2d", "MaxPool2d", "Linear")]
for row in rows:
    print(row.name, row.kind, row.output_shape, row.parameters)
total = zk.models.count_parameters(net)
print(total)

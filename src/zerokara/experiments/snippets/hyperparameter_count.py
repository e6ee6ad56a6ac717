# rules:
import zerokara as zk

channels = 1
size = 28
classes = 10
totals = {}
for make in (zk.models.SimpleConvNet, zk.models.DeepConvNet):
    net = make((channels, size, size), classes)
    for row in zk.models.summarize(net, (channels, size, size)):
        print(row.name, row.kind, row.output_shape, row.parameters)
    totals[make.__name__] = zk.models.count_parameters(net)
print(totals)

# rules:
import zerokara as zk
from zerokara.nn import init

totals = {}
for depth in (11, 13, 16, 19):
    with init.unset():  # no initial values: only shapes are wanted
        net = zk.models.VGG(depth, 1000)
    totals[depth] = zk.models.count_parameters(net)
for row in zk.models.summarize(net, (3, 224, 224)):
    print(row.name, row.kind, row.output_shape, row.parameters, row.multiply_adds)
print(totals)

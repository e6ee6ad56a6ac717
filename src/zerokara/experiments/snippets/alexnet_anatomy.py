# rules:
import zerokara as zk
from zerokara.nn import init

with init.unset():  # no initial values: only shapes are wanted
    net = zk.models.AlexNet(1000)
rows = zk.models.summarize(net, (3, 224, 224))
for row in rows:
    print(row.name, row.kind, row.output_shape, row.parameters, row.multiply_adds)
sums = zk.models.totals(rows)
print(sums.parameters, sums.multiply_adds)

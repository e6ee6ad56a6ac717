# rules: conv2d, max_pool2d, linear
import time

import zerokara as zk

batch_size = 100
net = zk.models.DeepConvNet(rng=zk.generator(0, "lab", "weights", "deep-convnet")).eval()
y = zk.generator(0, "lab", "pictures", "deep-convnet").random((batch_size, 1, 28, 28), dtype="float32")
rows = zk.models.summarize(net, (1, 28, 28))
with zk.no_grad():
    for row, layer in zip(rows, net):
        layer(y)  # once before, so that compiling is not timed
        began = time.perf_counter()
        y = layer(y)
        print(row.name, f"{1e3 * (time.perf_counter() - began):.2f} ms", row.multiply_adds)

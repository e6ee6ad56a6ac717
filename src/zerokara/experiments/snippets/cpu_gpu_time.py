# rules: conv2d, linear
import time

import numpy as np

import zerokara as zk

net = "simple-convnet"
batch_sizes = (1, 3, 10, 30, 100, 300)
shape = zk.models.MODELS[net].input_shape
scores = {}
for family in ("compiled", "reference"):
    with zk.use_kernels(family), zk.no_grad():
        model = zk.models.build_model(net, rng=zk.generator(0, "lab", "weights")).eval()
        x = zk.generator(0, "lab", "pictures").random((max(*batch_sizes, 20), *shape), dtype=np.float32)
        scores[family] = model(x[:20]).data
        for size in batch_sizes:
            model(x[:size])
            began = time.perf_counter()
            model(x[:size])
            print(family, size, f"{1e6 * (time.perf_counter() - began) / size:.0f} µs an image")
print(np.abs(scores["compiled"] - scores["reference"]).max())

# rules: max_pool2d, avg_pool2d
import numpy as np

import zerokara as zk
from zerokara import functional as F

size = 2
shift = 4
images = 500
test = zk.data.load("mnist").test
chosen = zk.generator(0, "lab", "images").permutation(len(test))[:images]
x = zk.data.scaled(test.images[chosen]).astype(np.float64)
changes = {}
for name, pool in (("raw", lambda x, k: zk.tensor(x)), ("max", F.max_pool2d), ("average", F.avg_pool2d)):
    before, changes[name] = pool(x, size).data.reshape(len(x), -1), []
    for d in range(shift + 1):
        moved = np.pad(x, ((0, 0), (0, 0), (0, 0), (d, 0)))[..., : x.shape[-1]]  # d pixels to the right
        after = pool(np.ascontiguousarray(moved), size).data.reshape(len(x), -1)
        lengths = np.linalg.norm(after - before, axis=1) / np.linalg.norm(before, axis=1)
        changes[name].append(lengths.mean())
    print(name, changes[name])

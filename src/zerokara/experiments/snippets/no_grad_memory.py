# rules: multiply
import gc
import weakref

import numpy as np

import zerokara as zk

length = 10
numbers = 100000
gc.disable()
y = zk.tensor(np.full(numbers, 0.999, np.float32), requires_grad=True)
seen = []
for _ in range(length):
    y = y * y
    seen.append(weakref.ref(y.data))
kept = [k for k, ref in enumerate(seen) if ref() is not None]
y.sum().backward()
del y
left = sum(ref() is not None for ref in seen)
gc.enable()
print(len(kept), left)

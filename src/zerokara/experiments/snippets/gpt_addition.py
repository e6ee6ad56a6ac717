# rules: scaled_dot_product_attention, linear, layer_norm, gelu_tanh, cross_entropy
import numpy as np

import zerokara as zk
from zerokara import functional as F

# part: teach

digits = 2
layers = 2
width = 64
batch_size = 128
iterations = 1500
drawn = zk.generator(0, "lab", "batches")
pairs = np.stack(np.divmod(zk.generator(0, "lab", "pairs").permutation(100**digits), 10**digits), axis=1)
texts = [[*f"{a:0{digits}}{b:0{digits}}", *f"{a + b:0{digits + 1}}"[::-1]] for a, b in pairs.tolist()]
test, train = np.split(np.array(texts).astype(int), [max(1, min(500, len(pairs) // 5))])


def batch():
    rows = train[drawn.integers(0, len(train), batch_size)]
    return rows[:, :-1], np.where(np.arange(3 * digits) < 2 * digits - 1, -1, rows[:, 1:])  # only the sum is learned


start = zk.generator(0, "lab", "weights")
net = zk.models.GPT(10, layers=layers, heads=4, width=width, context=3 * digits, rng=start)
losses = teach(net, batch, iterations, lr=0.002)
said, _ = zk.generation.generate(net, test[:, : 2 * digits], digits + 1, temperature=0)
right = (np.array(said) == test[:, 2 * digits :]).all(axis=1)
print(losses[-1], right.mean())

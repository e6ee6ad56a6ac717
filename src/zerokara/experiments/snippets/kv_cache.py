# rules: scaled_dot_product_attention, linear, layer_norm, gelu_tanh
import numpy as np

import zerokara as zk

layers = 2
width = 64
tokens = 100
net = zk.models.GPT(40, layers=layers, heads=4, width=width, context=128, rng=zk.generator(0, "lab", "weights"))
scores = {}
for cache in (True, False):
    said, reading, kept = [0], None, []
    for _ in range(tokens):
        reading = zk.generation.read(net, [said[-1:]], reading, cache=cache)
        said.append(int(reading.scores[0].argmax()))
        kept.append(reading.scores[0])
    scores[cache] = np.array(kept)
print(np.abs(scores[True] - scores[False]).max())

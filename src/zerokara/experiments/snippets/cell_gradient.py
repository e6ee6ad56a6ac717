# rules: rnn, lstm, gru
import numpy as np

import zerokara as zk
from zerokara import nn

inputs = 16
hidden = 64
steps = 100
sequences = 16
x = zk.generator(0, "lab", "x").standard_normal((sequences, steps, inputs))
v = zk.generator(0, "lab", "v").standard_normal((sequences, hidden))
found = {}
for kind in (nn.RNN, nn.GRU, nn.LSTM):
    rng = zk.generator(0, "lab", "weights")
    layer = kind(inputs, hidden, batch_first=True, rng=rng, dtype=np.float64)
    at = zk.tensor(x, requires_grad=True)
    outputs, _ = layer(at)
    (back,) = zk.gradients((outputs[:, -1] * v).sum(), [at])
    reach = np.sqrt(np.sum(back**2, axis=(0, 2)))[::-1]
    found[kind.__name__] = reach[50] / reach[0]
print(found)

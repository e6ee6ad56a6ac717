# rules: gru
import numpy as np

import zerokara as zk
from zerokara import nn

lengths = (5, 3, 1)
rng = zk.generator(0, "lab", "weights")
gru = nn.GRU(2, 3, batch_first=True, bidirectional=True, rng=rng, dtype=np.float64)
x = rng.standard_normal((len(lengths), max(lengths), 2))
for row, length in zip(x, lengths):
    row[length:] = 9.0  # padding
h = gru(zk.tensor(x), lengths=np.array(lengths))[1]
told = h.data.swapaxes(0, 1)
alone = [gru(zk.tensor(x[n : n + 1, :length]))[1].data[:, 0] for n, length in enumerate(lengths)]
print(np.abs(told - np.array(alone)).max())

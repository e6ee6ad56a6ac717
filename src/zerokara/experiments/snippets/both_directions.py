# rules: lstm, linear, cross_entropy
import numpy as np

import zerokara as zk
from zerokara import functional as F
from zerokara import nn, optim

shift = 2
hidden = 16
kind = "lstm"
steps = 20
batch_size = 64
lr = 0.01
epochs = 10
updates = 40


def bits(rng):
    x = rng.integers(0, 2, (batch_size, steps))
    labels = np.full_like(x, -1)
    labels[:, max(0, -shift) : steps - max(0, shift)] = x[:, max(0, shift) : steps - max(0, -shift)]
    return zk.tensor(x[..., None].astype(np.float32)), labels


accuracy = []
for both in (False, True):
    rng, draws = (zk.generator(0, "lab", purpose) for purpose in ("weights", "bits"))
    cell = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}[kind](
        1, hidden, batch_first=True, bidirectional=both, rng=rng
    )
    head = nn.Linear(2 * hidden if both else hidden, 2, rng=rng)
    optimizer = optim.Adam(list(cell.parameters()) + list(head.parameters()), lr=lr)
    for _ in range(epochs * updates):
        x, labels = bits(draws)
        loss = F.cross_entropy(head(cell(x)[0]).swapaxes(1, 2), labels, ignore_index=-1)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    x, labels = bits(zk.generator(0, "lab", "test"))
    accuracy.append(np.mean((head(cell(x)[0]).data.argmax(-1) == labels)[labels >= 0]))
print(accuracy)

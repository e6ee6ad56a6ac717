# rules: getitem, mean, log_softmax
import numpy as np

import zerokara as zk
from zerokara import functional as F
from zerokara import nn, optim
from zerokara.data.text import Vocabulary, contexts

hidden = 5
epochs = 1000
batch_size = 3
lrs = (0.001, 0.01)
neighbours_in = True
words = Vocabulary.of(sentence := "You say goodbye and I say hello.", "lower-words")
around, centres = contexts(words.encode(sentence))
given, asked = (around, centres[:, None]) if neighbours_in else (centres[:, None], around)


def rng(*purpose):
    return zk.arrays.generator(0, "lab", *purpose)


curves = {}
for lr in lrs:
    tables = [nn.Embedding(len(words), hidden, rng=rng("start", i)) for i in range(2)]
    for table in tables:
        table.weight.data *= 0.01
    optimizer, draw = optim.Adam([table.weight for table in tables], lr=lr), rng("batches", str(lr))
    curves[lr] = []
    for _ in range(epochs):
        order, total = draw.permutation(len(centres)), 0.0
        for i in range(0, len(order), batch_size):
            chosen = order[i : i + batch_size]
            h = F.embedding(given[chosen], tables[0].weight).mean(axis=1)
            logs = F.log_softmax(F.matmul(h, tables[1].weight.T), axis=1)
            loss = -logs[np.arange(len(chosen))[:, None], asked[chosen]].sum() / float(len(chosen))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(chosen)
        curves[lr].append(total / len(centres))
    print(lr, curves[lr][-1])

# rules: getitem, mean, negative_sampling
import numpy as np

import zerokara as zk
from zerokara import functional as F
from zerokara import nn, optim
from zerokara.data.text import Negatives, Vocabulary, contexts, load_text, nearest

text = "toy"
words = 1000000
window = 2
dimensions = 32
negatives = 5
epochs = 3
batch_size = 512
lr = 0.01
kinds = ("skip-gram", "cbow")
vocabulary = Vocabulary.of(read := load_text(text).train.split(" ")[:words], "blanks")
around, centres = contexts(ids := vocabulary.encode(read), window)
wrong, losses = Negatives.of(ids, len(vocabulary)), {kind: np.zeros(epochs) for kind in kinds}
for kind in kinds:
    draw, *starts = (zk.arrays.generator(0, "lab", *p) for p in (("word2vec", kind), (kind, 0), (kind, 1)))
    v, u = (nn.Embedding(len(vocabulary), dimensions, rng=start).weight for start in starts)
    v.data, u.data = 0.01 * v.data, 0.01 * u.data
    optimizer = optim.Adam([v, u], lr=lr)
    for epoch in range(epochs):
        order = draw.permutation(len(centres))
        for chosen in np.split(order, range(batch_size, len(order), batch_size)):
            inputs, right = around[chosen], centres[chosen]
            if kind == "skip-gram":
                inputs, right = np.repeat(right, 2 * window)[:, None], inputs.ravel()
            told = np.concatenate([right[:, None], wrong.draw(right, negatives, draw)], axis=1)
            loss = F.negative_sampling_loss(F.embedding(inputs, v).mean(axis=1), u, told, reduction="sum")
            optimizer.zero_grad()
            (loss / float(len(inputs))).backward()
            optimizer.step()
            losses[kind][epoch] += loss.item() / len(centres)
    print(kind, losses[kind], [vocabulary.tokens[i] for i in nearest(v.data, v.data[5], 6)[0]])

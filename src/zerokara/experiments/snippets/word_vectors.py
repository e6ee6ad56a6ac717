# rules: getitem, mean, negative_sampling
import numpy as np

import zerokara as zk
from zerokara import functional as F
from zerokara import nn, optim
from zerokara.data.text import TOKENIZERS, Negatives, Vocabulary, contexts, load_text, nearest

text = "toy"
tokens = ""
words = 1000000
window = 2
dimensions = 32
negatives = 5
epochs = 3
batch_size = 512
lr = 0.01
kinds = ("skip-gram", "cbow")
cut = TOKENIZERS[tokens or ("blanks" if load_text(text).tokenizer == "blanks" else "lower-words")]().split
known = Vocabulary.of(read := [w for w in cut(load_text(text).train) if w.strip() and w != "<join>"][:words], "blanks")
around, centres = contexts(ids := known.encode(read), window)
wrong, losses = Negatives.of(ids, len(known)), {kind: np.zeros(epochs) for kind in kinds}
for kind in kinds:
    draw, *starts = (zk.arrays.generator(0, "lab", *p) for p in (("word2vec", kind), (kind, 0), (kind, 1)))
    v, u = (nn.Embedding(len(known), dimensions, init=0.01, rng=start).weight for start in starts)
    optimizer = optim.Adam([v, u], lr=lr)
    for epoch in range(epochs):
        for chosen in np.split(draw.permutation(len(centres)), range(batch_size, len(centres), batch_size)):
            inputs, right = around[chosen], centres[chosen]
            if kind == "skip-gram":
                inputs, right = np.repeat(right, 2 * window)[:, None], inputs.ravel()
            told = np.concatenate([right[:, None], wrong.draw(right, negatives, draw)], axis=1)
            loss = F.negative_sampling_loss(F.embedding(inputs, v).mean(axis=1), u, told, reduction="sum")
            losses[kind][epoch] += loss.item() / len(centres)
            optimizer.zero_grad()
            (loss / float(len(inputs))).backward()
            optimizer.step()
    print(kind, losses[kind], [known.tokens[i] for i in nearest(v.data, v.data[5], 6)[0]])

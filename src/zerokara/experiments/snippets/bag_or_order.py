# rules: sum, softmax
import numpy as np

import zerokara as zk
from zerokara import nn

words = ["today", "the", "king", "sees", "the", "dog", "."]
known = zk.data.text.Vocabulary.of(words, "blanks")
x = np.array([known.encode(words), known.encode(words[::-1])])  # the same words in two orders
rng = zk.generator(0, "lab", "weights")
embedding, positions = nn.Embedding(len(known), 32, rng=rng), nn.LearnedPositions(len(words), 32, rng=rng)
block = nn.TransformerEncoderLayer(32, 4, 128, 0.0, batch_first=True, norm_first=True, rng=rng)
rnn = nn.LSTM(32, 64, batch_first=True, rng=rng)
vectors = {
    "bag": embedding(x).mean(axis=1),
    "attention": block(embedding(x)).mean(axis=1),
    "positions": block(positions(embedding(x))).mean(axis=1),
    "lstm": rnn(embedding(x))[1][0][-1],
}
apart = {name: np.abs(v.data[0] - v.data[1]).max() for name, v in vectors.items()}
print(apart)  # the first two cannot tell one order from the other
blind = [apart[name] < 1e-5 for name in ("bag", "attention")]

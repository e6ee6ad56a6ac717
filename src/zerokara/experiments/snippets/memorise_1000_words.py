# rules: rnn, cross_entropy
import numpy as np

import zerokara as zk
from zerokara import optim
from zerokara.data.text import Vocabulary, Windows, load_text
from zerokara.models import LanguageModel
from zerokara.training.perplexity import evaluate_text

text = "toy"
kind = "rnn"
words = 1000
time = 5
batch_size = 10
dimensions = 100
hidden = 100
lr = 0.1
epochs = 100
# part: read
known = load_text(text)
vocabulary = Vocabulary.of(known.train, known.tokenizer, unknown=None if text[:3] == "toy" else "<unk>")
ids, rng = vocabulary.encode(known.train), zk.generator(0, "lab", "weights")
model = LanguageModel(len(vocabulary), dimensions, hidden, cell=kind, embedding_init=0.01, rng=rng)
read(model, Windows(ids[:words], batch_size, time), optim.SGD(model, lr=lr), epochs)
print(found := [evaluate_text(model, ids[k : k + words]) for k in (0, words)])

# rules: rnn, cross_entropy
import numpy as np

import zerokara as zk
from zerokara import optim
from zerokara.data.text import Vocabulary, Windows, load_text
from zerokara.models import LanguageModel
from zerokara.training.perplexity import evaluate_text

text = "toy"
words = 1000
time = 5
batch_size = 10
dimensions = 100
hidden = 100
lr = 0.1
epochs = 100
# part: read
vocabulary = Vocabulary.of(load_text(text).train, "blanks")
ids = vocabulary.encode(load_text(text).train)
rng = zk.generator(0, "lab", "weights")
model = LanguageModel(len(vocabulary), dimensions, hidden, cell="rnn", embedding_init=0.01, rng=rng)
read(model, Windows(ids[:words], batch_size, time), optim.SGD(model, lr=lr), epochs)
found = [evaluate_text(model, ids[k : k + words]) for k in (0, words)]
print(found)

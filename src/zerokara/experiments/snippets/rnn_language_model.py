# rules: rnn, lstm, gru, cross_entropy
import numpy as np

import zerokara as zk
from zerokara import optim
from zerokara.data.text import Vocabulary, Windows, load_text
from zerokara.models import LanguageModel
from zerokara.training.perplexity import evaluate_text

kinds = ("rnn", "lstm", "gru")
words = 200000
epochs = 6
# part: read
text = load_text("toy")
vocabulary = Vocabulary.of(text.train, "blanks")
train, test = vocabulary.encode(text.train)[:words], vocabulary.encode(text.test)[:words]
found = {}
for kind in kinds:
    model = LanguageModel(len(vocabulary), 32, 64, cell=kind, rng=zk.generator(0, "lab", "weights"))
    read(model, Windows(train, 20, 35), optim.Adam(model, lr=0.005), epochs, clip=0.25)
    found[kind] = evaluate_text(model, test)
print(found)

# rules: rnn, lstm, gru, cross_entropy
import numpy as np

import zerokara as zk
from zerokara import optim
from zerokara.data.text import Vocabulary, Windows, load_text
from zerokara.models import LanguageModel
from zerokara.training.perplexity import evaluate_text

text = "toy"
tokens = ""
kinds = ("rnn", "lstm", "gru")
words = 200000
epochs = 6
# part: read
known = load_text(text)
vocabulary = Vocabulary.of(known.train, tokens or known.tokenizer, unknown=None if text[:3] == "toy" else "<unk>")
train, test = (vocabulary.encode(part)[:words] for part in (known.train, known.test))
found = {}
for kind in kinds:
    model = LanguageModel(len(vocabulary), 32, 64, cell=kind, rng=zk.generator(0, "lab", "weights"))
    read(model, Windows(train, 20, 35), optim.Adam(model, lr=0.005), epochs, clip=0.25)
    found[kind] = evaluate_text(model, test)
print(found)

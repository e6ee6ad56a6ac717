# rules: lstm, cross_entropy
import numpy as np

import zerokara as zk
from zerokara import optim
from zerokara.data.text import Vocabulary, Windows, load_text
from zerokara.models import LanguageModel
from zerokara.training.perplexity import evaluate_text

times = (3, 5, 10, 35)
words = 200000
epochs = 4
# part: read
text = load_text("toy")
vocabulary = Vocabulary.of(text.train, "blanks")
train, test = vocabulary.encode(text.train)[:words], vocabulary.encode(text.test)[:words]
found = {}
for time in times:
    for carry in (True, False):
        model = LanguageModel(len(vocabulary), 32, 64, rng=zk.generator(0, "lab", "weights"))
        read(model, Windows(train, 20, time), optim.Adam(model, lr=0.005), epochs, clip=0.25, carry=carry)
        found[time, carry] = evaluate_text(model, test)
print(found)

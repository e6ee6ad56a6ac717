# rules: lstm, dropout, cross_entropy
import numpy as np

import zerokara as zk
from zerokara import optim
from zerokara.data.text import Vocabulary, Windows, load_text
from zerokara.models import LanguageModel
from zerokara.training.perplexity import evaluate_text

hidden = 128
ratio = 0.5
words = 40000
epochs = 4
# part: read
text = load_text("toy")
vocabulary = Vocabulary.of(text.train, "blanks")
train, test = vocabulary.encode(text.train)[:words], vocabulary.encode(text.test)[: words // 8]
found = {}
for layers, drops, tied in ((1, 0, False), (2, 0, False), (2, ratio, False), (2, ratio, True)):
    options = {"num_layers": layers, "dropout": drops, "tied": tied, "embedding_init": 0.1}
    model = LanguageModel(len(vocabulary), hidden, hidden, **options, rng=zk.generator(0, "lab", "weights"))
    read(model, Windows(train, 20, 35), optim.Adam(model, lr=0.005), epochs, clip=0.25)
    found[layers, drops, tied] = evaluate_text(model, test)
print(found)

# rules: lstm, matmul, softmax, cross_entropy
import numpy as np

import zerokara as zk
from zerokara import functional as F

# part: answering

examples = 10000
hidden_size = 64
batch_size = 32
epochs = 8
lr = 0.004
styles = ("numbers", "short", "long", "weekday")
kinds = sorted(("numbers", "short", "long", "weekday").index(style) for style in styles)
train, test = zk.data.sequences.dates(examples, examples // 10, styles=kinds)
known = zk.data.sequences.Pairs(train.questions + test.questions, train.answers + test.answers).vocabulary()
train, test = ((x[:, ::-1], y) for x, y in (part.numbers(known) for part in (train, test)))  # read from the end
draw = zk.generator(0, "lab", "weights")
net = zk.models.Seq2Seq(len(known), 16, hidden_size, decoder="attention", carry_cell=False, rng=draw)
found = learn(net, train, test, epochs, batch_size, lr, clip=5.0)
print(found)

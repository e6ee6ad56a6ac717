# rules: lstm, linear, cross_entropy
import numpy as np

import zerokara as zk
from zerokara import functional as F

# part: answering

digits = 2
examples = 5000
hidden_size = 128
carry_cell = False
batch_size = 64
epochs = 40
lr = 0.001
pairs = zk.data.sequences.addition(examples, digits)
known = pairs.vocabulary()
train, test = ((x[:, ::-1], y) for x, y in (part.numbers(known) for part in pairs.cut(examples // 10)))  # turned
net = zk.models.Seq2Seq(len(known), 16, hidden_size, carry_cell=carry_cell, rng=zk.generator(0, "lab", "weights"))
found = learn(net, train, test, epochs, batch_size, lr, clip=5.0)
print(found[-1])
for question, said in zip(test[0][:10], net.generate(test[0][:10], known.id("_"), digits + 1), strict=True):
    print(known.decode(question[::-1]), "=", known.decode(said))

# rules: lstm, linear, cross_entropy, softmax
import numpy as np

import zerokara as zk
from zerokara.data.text import Vocabulary, Windows, toy_grammar, toy_ja_grammar, toy_sentences

text = "toy"
training = 12000
epochs = 6
sentences = 500
temperatures = (0.3, 0.5, 0.8, 1.0, 1.3)
grammar = {"toy": toy_grammar, "toy-ja": toy_ja_grammar}[text]()
known = Vocabulary.of(grammar.words(), "blanks")
ids = known.encode([word for sentence in toy_sentences(training, 0, text) for word in sentence])
net = zk.models.LanguageModel(len(known), 32, 64, rng=zk.generator(0, "lab", "weights"))
optimizer, windows = zk.optim.Adam(net, lr=0.005), Windows(ids, batch_size=20, time=35)
for epoch in range(epochs):
    state = None
    for x, y in windows.epoch(epoch):
        loss, state = net.loss(x, y, state)  # the state goes on, its gradient does not
        optimizer.zero_grad()
        loss.backward()
        zk.optim.clip_grad_norm(net, 0.25)
        optimizer.step()
shares, end = [], known.id("." if text == "toy" else "。")
for i, T in enumerate(temperatures):
    begin = np.full((sentences, 1), end)
    said, _ = zk.generation.generate(net, begin, 60, temperature=T, stop=end, seed=10**6 * i)
    shares.append(np.mean([grammar.has(known.tokens_of(words)) for words in said]))
    print(T, shares[-1], known.decode(said[0]))

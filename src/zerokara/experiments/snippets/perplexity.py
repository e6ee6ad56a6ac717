# rules:
import numpy as np

from zerokara.data.text import NGram, Vocabulary, toy_grammar, toy_text
from zerokara.training import perplexity

k = 0.01
longest = 6
sentences = 12000
tests = 3000
source = toy_grammar()
words = Vocabulary(tuple(source.words()), "blanks")
train, test = (words.encode(toy_text(n, seed)) for n, seed in ((sentences, 0), (tests, 1)))
found = []
for n in range(1, longest + 1):
    model = NGram(train, len(words), n, k)
    found.append(perplexity(model.log_probabilities(test)))
    print(f"{n}-gram", found[-1])
uniform = perplexity(np.full(len(test), -np.log(len(words))))
print("uniform", uniform)
print("floor", source.facts().perplexity)

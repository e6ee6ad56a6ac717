# rules:
import numpy as np

from zerokara.data.text import NGram, Vocabulary, load_text, toy_text
from zerokara.training import perplexity

text = "toy"
tokens = ""
k = 0.01
longest = 6
sentences = 12000
tests = 3000
words = 200000
if text in ("toy", "toy-ja") and tokens in ("", "blanks"):
    parts, cut, limit = (toy_text(sentences, 0, text), toy_text(tests, 1, text)), "blanks", None
else:
    known = load_text(text)
    parts, cut, limit = (known.train, known.test), tokens or known.tokenizer, words
vocabulary = Vocabulary.of(parts[0], cut, unknown=None if text[:3] == "toy" else "<unk>")
train, test = (vocabulary.encode(part)[:limit] for part in parts)
found = []
for n in range(1, longest + 1):
    model = NGram(train, len(vocabulary), n, k)
    found.append(perplexity(model.log_probabilities(test)))
    print(f"{n}-gram", found[-1])
uniform = perplexity(np.full(len(test), -np.log(len(vocabulary))))
print("uniform", uniform)

# rules:
import numpy as np

import zerokara as zk
from zerokara.data.text import KINDS, TOKENIZERS, Vocabulary, co_occurrence, load_text, nearest, ppmi, svd_vectors

text = "toy"
tokens = ""
queries = ()
words = 1000000
window = 2
dimensions = 16
known = load_text(text)
cut = TOKENIZERS[tokens or ("blanks" if known.tokenizer == "blanks" else "lower-words")]()
read = [word for word in cut.split(known.train) if word.strip() and word != "<join>"][:words]
vocabulary = Vocabulary.of(read, "blanks")
large = len(vocabulary) > 1000
M = ppmi(co_occurrence(vocabulary.encode(read), len(vocabulary), window, sparse=large))
vectors = svd_vectors(M, dimensions, zk.arrays.generator(0, "lab", "svd") if large else None)
kinds = KINDS if text.startswith("toy") else {}
same = []
for word in queries or list(kinds) or vocabulary.tokens[:100]:
    if word in vocabulary:
        i = vocabulary.id(word)
        near = [vocabulary.tokens[j] for j in nearest(vectors, vectors[i], 5, leave_out=[i])[0]]
        print(word, "is near", *near)
        same.append(kinds.get(word) == kinds.get(near[0]))
share = np.mean(same)
print("the nearest word is of the same kind:", share if kinds else "kinds are not known")

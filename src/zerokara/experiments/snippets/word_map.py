# rules:
import numpy as np

from zerokara.data.text import KINDS, Vocabulary, co_occurrence, load_text, nearest, ppmi

text = "toy"
words = 1000000
window = 2
dimensions = 16
read = load_text(text).train.split(" ")[:words]
vocabulary = Vocabulary.of(read, "blanks")
C = co_occurrence(vocabulary.encode(read), len(vocabulary), window)
U, values, _ = np.linalg.svd(ppmi(C))
vectors = (U * values)[:, :dimensions]
same = []
for i, word in enumerate(vocabulary.tokens):
    near = [vocabulary.tokens[j] for j in nearest(vectors, vectors[i], 5, leave_out=[i])[0]]
    print(word, "is near", *near)
    if word in KINDS:
        same.append(KINDS[word] == KINDS.get(near[0]))
share = np.mean(same)
print("the nearest word is of the same kind:", share)

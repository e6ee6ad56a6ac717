# rules:
import numpy as np

from zerokara.data.text import Vocabulary, co_occurrence

sentence = "You say goodbye and I say hello."
window = 1
base = 2.0
smoothing = 1.0
vocabulary = Vocabulary.of(sentence, "lower-words")
C = co_occurrence(vocabulary.encode(sentence), len(vocabulary), window)
S = C.sum(axis=1)
columns = S**smoothing
chance = np.outer(S, columns) / columns.sum()
M = np.zeros(C.shape)
met = C > 0
M[met] = np.maximum(np.log(C[met] / chance[met]) / np.log(base), 0)
print(vocabulary.tokens)
print(M.round(4))

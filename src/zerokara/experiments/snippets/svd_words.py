# rules:
import numpy as np

from zerokara.data.text import Vocabulary, co_occurrence, ppmi

sentence = "You say goodbye and I say hello."
window = 1
kept = 2
vocabulary = Vocabulary.of(sentence, "lower-words")
M = ppmi(co_occurrence(vocabulary.encode(sentence), len(vocabulary), window))
U, values, V = np.linalg.svd(M)
places = (U * values)[:, :kept]
for word, place in zip(vocabulary.tokens, places):
    print(word, place)
print(values)

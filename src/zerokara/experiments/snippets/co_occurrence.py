# rules:
from zerokara.data.text import Vocabulary, co_occurrence, cosine_similarity, nearest

sentence = "You say goodbye and I say hello."
window = 1
vocabulary = Vocabulary.of(sentence, "lower-words")
ids = vocabulary.encode(sentence)
C = co_occurrence(ids, len(vocabulary), window)
print(C)
cosines = cosine_similarity(C[:, None], C[None])
for i, cosine in zip(*nearest(C, C[0], 5, leave_out=[0])):
    print(vocabulary.tokens[i], cosine)

# rules:
import numpy as np

from zerokara.data import DataError
from zerokara.data.text import Vocabulary

sentence = "You say goodbye and I say hello."
tokenizer = "lower-words"
unknown = "goodnight"
vocabulary = Vocabulary.of(sentence, tokenizer)
ids = vocabulary.encode(sentence)
print(vocabulary.tokenizer.split(sentence), ids)
print(np.eye(len(vocabulary))[ids])
print(vocabulary.decode(ids))
try:
    vocabulary.encode(unknown)
except DataError as error:
    print(error)

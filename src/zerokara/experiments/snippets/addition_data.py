# rules:
import numpy as np

import zerokara as zk

digits = 3
examples = 50000
pairs = zk.data.sequences.addition(examples, digits)
for question, answer in list(zip(pairs.questions, pairs.answers, strict=True))[:10]:
    print(question.rstrip(), "→", answer.rstrip())
a, b = np.array([[int(number) for number in question.split("+")] for question in pairs.questions]).T
said = np.array([int(answer[1:]) for answer in pairs.answers])
wrong = np.count_nonzero(a + b != said)
carry = np.mean(a % 10 + b % 10 >= 10)  # how often something is carried in the ones
unordered = len(set(zip(np.minimum(a, b), np.maximum(a, b), strict=True)))
print(wrong, carry, unordered, len(pairs.vocabulary()))

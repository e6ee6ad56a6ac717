# rules: negative_sampling
import numpy as np

from zerokara import functional as F
from zerokara.data.text import Negatives

power = 0.75
negatives = 5
hidden = 100
batch_size = 100
sampler = Negatives(np.array([70, 29, 1]), power)
print(sampler.probabilities)
words = np.zeros((batch_size, 1 + negatives), int)
start = F.negative_sampling_loss(np.zeros((batch_size, hidden)), np.zeros((3, hidden)), words).item()
print(start, "=", 1 + negatives, "ln 2")

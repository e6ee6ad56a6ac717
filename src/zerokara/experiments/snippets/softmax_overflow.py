# rules: softmax
import numpy as np

from zerokara import functional as F

scores = np.array([1010.0, 1000.0, 990.0])
with np.errstate(all="ignore"):
    naive = np.exp(scores) / np.exp(scores).sum()
moved = np.exp(scores - scores.max())
stable = moved / moved.sum()
print(naive)  # no numbers
print(stable, F.softmax(scores).data)

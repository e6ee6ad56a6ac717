# rules:
import re
from collections import Counter

import numpy as np

from zerokara.data.text import unicode_names

words = 1000000
counts = np.array([n for _, n in Counter(re.findall("[A-Z]+", unicode_names())[:words]).most_common()])
ranks = np.unique(np.geomspace(10, max(11, min(1000, len(counts))), 60).astype(int))
ranks = ranks[ranks <= len(counts)]
slope = np.polyfit(np.log(ranks), np.log(counts[ranks - 1]), 1)[0]
covered = np.cumsum(counts) / counts.sum()
print(len(counts), "different words, slope", slope)
print("the ten most frequent are", covered[9], "of the text")

# rules:
import re
from collections import Counter

import numpy as np

from zerokara.data.text import load_text, unicode_names

text = "unicode"
words = 1000000
if text == "unicode":
    read = re.findall("[A-Z]+", unicode_names())
else:
    known = load_text(text)
    read = known.train.split() if known.tokenizer == "blanks" else re.findall(r"\w+(?:['’]\w+)*", known.train.lower())
counts = np.array([n for _, n in Counter(read[:words]).most_common()])
ranks = np.unique(np.geomspace(10, max(11, min(1000, len(counts))), 60).astype(int))
ranks = ranks[ranks <= len(counts)]
slope = np.polyfit(np.log(ranks), np.log(counts[ranks - 1]), 1)[0]
covered = np.cumsum(counts) / counts.sum()
print(len(counts), "different words, slope", slope)
print("the ten most frequent are", covered[9], "of the text")

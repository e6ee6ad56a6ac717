"""The part `seq1`: its experiments, and what the program of each gives, beside what the experiment found."""

import numpy as np

from tests.experiments.parts.kinds import Same

CATALOGUE = "words-to-ids co-occurrence ppmi svd-words word-map zipf"
"""The names, in their order."""

SAME: Same = {
    "words-to-ids": lambda p, r: (p["ids"], r["ids"]),
    "co-occurrence": lambda p, r: (np.stack([p["C"], p["cosines"]]), np.stack([r["counts"], r["cosines"]])),
    "ppmi": lambda p, r: (p["M"], r["ppmi"]),
    "svd-words": lambda p, r: (p["values"], r["values"]),
    "word-map": lambda p, r: (p["share"], r["share"]),
    "zipf": lambda p, r: ([p["slope"], *p["covered"]], [r["text.slope"], *r["text.covered"]]),
}
"""(names of the program, result) → what the program gives, and what the experiment found."""

LEARNED: set[str] = set()
"""Experiments that train a network."""

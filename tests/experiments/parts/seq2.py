"""The part `seq2`: its experiments, and what the program of each gives, beside what the experiment found."""

import numpy as np

from tests.experiments.parts.kinds import Same

CATALOGUE = "embedding-row cbow-small skip-gram-small negative-sampling word2vec analogy"
"""The names, in their order."""

SAME: Same = {
    "embedding-row": lambda p, r: (
        np.concatenate([p["product"], p["W"].grad]),
        np.concatenate([r["product"], r["added"]]),
    ),
    "cbow-small": lambda p, r: (list(p["curves"].values()), [r["0.losses"], r["1.losses"]]),
    "skip-gram-small": lambda p, r: (list(p["curves"].values()), [r["0.losses"], r["1.losses"]]),
    "negative-sampling": lambda p, r: ([*p["sampler"].probabilities, p["start"]], [*r["own"], r["start"]]),
    "word2vec": lambda p, r: (list(p["losses"].values()), [r["skip-gram.losses"], r["cbow.losses"]]),
    "analogy": lambda p, r: (list(p["losses"].values()), [r["losses"]]),
}
"""(names of the program, result) → what the program gives, and what the experiment found."""

LEARNED: set[str] = {"cbow-small", "skip-gram-small", "word2vec", "analogy"}
"""Experiments that train a network."""

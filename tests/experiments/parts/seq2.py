"""The part `seq2`: its experiments, and what the program of each gives, beside what the experiment found."""

import numpy as np

from tests.experiments.parts.kinds import Same

CATALOGUE = "embedding-row cbow-small skip-gram-small"
"""The names, in their order."""

SAME: Same = {
    "embedding-row": lambda p, r: (
        np.concatenate([p["product"], p["W"].grad]),
        np.concatenate([r["product"], r["added"]]),
    ),
    "cbow-small": lambda p, r: (list(p["curves"].values()), [r["0.losses"], r["1.losses"]]),
    "skip-gram-small": lambda p, r: (list(p["curves"].values()), [r["0.losses"], r["1.losses"]]),
}
"""(names of the program, result) → what the program gives, and what the experiment found."""

LEARNED: set[str] = {"cbow-small", "skip-gram-small"}
"""Experiments that train a network."""

"""The part `seq5`: its experiments, and what the program of each gives, beside what the experiment found."""

import numpy as np

from tests.experiments.parts.kinds import Same

CATALOGUE = "sampling generate-text addition-data addition distance beam-search"
"""The names, in their order."""

SAME: Same = {
    "sampling": lambda p, r: (
        [*np.ravel(p["rows"]), *p["entropies"], *np.ravel(p["drawn"])],
        [*r["probabilities"].ravel(), *r["entropies"], *r["drawn"][:3].ravel()],
    ),
    "generate-text": lambda p, r: (p["shares"], [r[f"{i}.right"].mean() for i in range(len(p["shares"]))]),
    "beam-search": lambda p, r: (
        p["found"],
        [r["joint"]["AB".index(str(r["table.greedy"])[0])].max(), r["joint"].max()],
    ),
    "addition-data": lambda p, r: (
        [p["wrong"], p["carry"], p["unordered"]],
        [r["wrong"], r["carry_in_ones"], r["pairs"]],
    ),
    "addition": lambda p, r: (np.transpose(p["found"]), [r["reverse.losses"], r["reverse.accuracies"]]),
    "distance": lambda p, r: (
        [*p["forwards"].ravel(), *p["backwards"].ravel(), *p["gradient"]],
        [*r["forwards"].ravel(), *r["reversed"].ravel(), *r["gradient"]],
    ),
}
"""(names of the program, result) → what the program gives, and what the experiment found."""

LEARNED: set[str] = {"addition", "generate-text"}
"""Experiments that train a network."""

"""The part `seq6`: its experiments, and what the program of each gives, beside what the experiment found."""

import numpy as np

from tests.experiments.parts.kinds import Same

CATALOGUE = "attention-by-hand date-data dates attention-map bag-or-order"
"""The names, in their order."""

SAME: Same = {
    "attention-by-hand": lambda p, r: (
        [*p["weights"].data, *p["context"].data, *p["asking"].grad],
        [*r["weights"], *r["context"], *r["gradient"]],
    ),
    "date-data": lambda p, r: (
        [p["common"], min(p["lengths"]), max(p["lengths"]), len(p["characters"])],
        [r["common_days"], *np.flatnonzero(r["lengths"])[[0, -1]], r["characters"]],
    ),
    "dates": lambda p, r: (np.transpose(p["found"]), [r["attention.losses"], r["attention.accuracies"]]),
    "attention-map": lambda p, r: (p["largest"], r["largest"]),
    "bag-or-order": lambda p, r: (
        [*p["blind"], p["apart"]["lstm"] > 0.01, p["apart"]["positions"] > 0.01],
        [r["bag.turned"] < 1e-3, r["attention.turned"] < 1e-3, r["lstm.turned"] > 0.01, r["positions.turned"] > 0.01],
    ),
}
"""(names of the program, result) → what the program gives, and what the experiment found."""

LEARNED: set[str] = {"dates", "attention-map"}
"""Experiments that train a network."""

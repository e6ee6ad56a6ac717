"""Pairs of digits that MNIST's writers never made alike, and others do: the two networks decide together.

A one with a flag is nearly a seven, and the six of a display nearly a five. The network of digits has hardly met
either; the network of symbols has seen print and displays.
"""

from __future__ import annotations

import numpy as np

from zerokara.arrays import Array

PAIRS = ((1, 7), (5, 6))
WEIGHT = 0.5
"""How much the second network's odds count: as much as leaves MNIST's digits alone, whose best judge is the first."""


def told_apart(ten: Array, second: Array) -> Array:
    """The ten probabilities p with the second network's q in the odds of each pair (a, b); what both share, stays.

        log(p'_a / p'_b) = log(p_a / p_b) + WEIGHT · log(q_a / q_b),      p'_a + p'_b = p_a + p_b

    Shapes: ten (N, 10), second (N, 10), not necessarily of sum 1 → (N, 10).
    """
    told = np.array(ten, np.float64)
    for a, b in PAIRS:
        both, odds = ten[:, a] + ten[:, b], _log_odds(ten, a, b) + WEIGHT * _log_odds(second, a, b)
        told[:, a] = both / (1 + np.exp(-odds))
        told[:, b] = both - told[:, a]
    return told


def _log_odds(shares: Array, a: int, b: int) -> Array:
    odds: Array = np.log(shares[:, a] + 1e-12) - np.log(shares[:, b] + 1e-12)
    return odds

"""Pairs of digits that MNIST's writers never made alike, and others do: the two networks decide together.

A one with a flag is nearly a seven, and the six of a display nearly a five. The network of digits has hardly met
either; the network of symbols has seen print and displays. And whoever gives one of his ones a flag gives it to all:
the marks of a page tell of each other.
"""

from __future__ import annotations

import numpy as np

from zerokara.arrays import Array

PAIRS = ((1, 7), (5, 6))
ONE_HAND = PAIRS[0]
"""Of these `of_one_hand` weighs the odds: they are always those of five sights, as those that its constants are of."""
WEIGHT = 0.5
"""How much the second network's odds count: as much as leaves MNIST's digits alone, whose best judge is the first."""

FLAGGED, PLAIN, DOUBTED = 75.0, 0.75, 5.0
"""Ones with a flag have log-odds against seven below DOUBTED so many times as often as MNIST's ones do, and larger ones
PLAIN times as often. Measured with fonts that no training saw: 15 % of their ones lie between −5 and 5, of MNIST's
0.2 %, while of MNIST's sevens 0.5 % lie above −5."""
FLAGS = 0.5
"""So often a page is by somebody who gives ones a flag."""


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


def of_one_hand(ten: Array, counted: Array) -> Array:
    """The ten probabilities of the marks of a page, given that one hand wrote them, with flags at its ones or without.

    Let p₁, p₇ be the shares of 1 and of 7 among the two, and r = FLAGGED where log(p₁/p₇) < DOUBTED, else PLAIN. Then

        P(flags)/P(no flags) = FLAGS/(1 − FLAGS) · Π (p₇ + r·p₁)        over the marks that are most likely 1 or 7
        p'₁ = P(flags) · r·p₁/(p₇ + r·p₁) + P(no flags) · p₁

    A mark alone is left as it is. `counted`: which marks are likely digits at all; the others stay and say nothing.
    Shapes: ten (N, 10), counted (N,) → (N, 10).
    """
    told = np.array(ten, np.float64)
    both = told[:, 1] + told[:, 7]
    pair = counted & (both > 0.5)
    if np.count_nonzero(counted) < 2 or not pair.any():
        return told
    one = told[pair, 1] / both[pair]
    r = np.where(_log_odds(told[pair], 1, 7) < DOUBTED, FLAGGED, PLAIN)
    flagged = 1 - one + r * one
    odds = np.log(FLAGS / (1 - FLAGS)) + float(np.log(flagged).sum())
    flags = 1 / (1 + np.exp(-np.clip(odds, -50, 50)))
    told[pair, 1] = both[pair] * (flags * r * one / flagged + (1 - flags) * one)
    told[pair, 7] = both[pair] - told[pair, 1]
    return told


def _log_odds(shares: Array, a: int, b: int) -> Array:
    odds: Array = np.log(shares[:, a] + 1e-12) - np.log(shares[:, b] + 1e-12)
    return odds

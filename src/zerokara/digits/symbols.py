"""What may stand beside digits, and where on the line it stands: one table, one formula.

A dot and a ring, a comma and a slash look alike once they are fitted into 28×28: size and place tell them apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array

DIGITS = tuple("0123456789")
SIGNS = tuple(".,-+×÷=/:%¥$()°")
NONE = "?"
SYMBOLS = (*DIGITS, *SIGNS, NONE)
"""The classes of the network of symbols, in the order of its scores; the last is "none of these"."""

FARTHEST = 3.0
"""Beyond so many deviations a place is no worse: one line that slopes, or one giant digit, does not decide alone."""


@dataclass(frozen=True)
class Place:
    """Where a symbol stands, in heights of the line's digits.

    `size` is its longer side, whose logarithm (to base 2) has the deviation `size_spread`; `centre` is how far the
    middle of its box lies below the middle of the digits, with the deviation `centre_spread`.
    """

    size: float
    size_spread: float
    centre: float
    centre_spread: float


PLACES: dict[str, Place] = {
    **dict.fromkeys(DIGITS, Place(1.0, 0.35, 0.0, 0.13)),
    ".": Place(0.15, 0.7, 0.44, 0.12),
    ",": Place(0.30, 0.5, 0.50, 0.14),
    "-": Place(0.50, 0.6, 0.0, 0.16),
    "+": Place(0.70, 0.5, 0.0, 0.17),
    "×": Place(0.60, 0.5, 0.05, 0.17),
    "÷": Place(0.70, 0.5, 0.0, 0.17),
    "=": Place(0.60, 0.5, 0.0, 0.17),
    "/": Place(1.10, 0.35, 0.0, 0.16),
    ":": Place(0.60, 0.5, 0.08, 0.17),
    "%": Place(1.00, 0.4, 0.0, 0.17),
    "¥": Place(1.00, 0.35, 0.0, 0.16),
    "$": Place(1.15, 0.35, 0.0, 0.16),
    "(": Place(1.20, 0.35, 0.03, 0.17),
    ")": Place(1.20, 0.35, 0.03, 0.17),
    "°": Place(0.35, 0.5, -0.38, 0.13),
    NONE: Place(0.80, 1.2, 0.0, 0.35),
}


def place_scores(size: float, centre: float) -> Array:
    """How well a size and a place fit every symbol, (len(SYMBOLS),): log densities up to a constant.

    g(s) = −½(log₂(size/size_s)/σ_s)² − log σ_s − ½((centre − centre_s)/τ_s)² − log τ_s,  each square at most
    FARTHEST². `size` and `centre` are in heights of the digits around (see `Place`).
    """
    table = np.array([(p.size, p.size_spread, p.centre, p.centre_spread) for p in map(PLACES.get, SYMBOLS) if p])
    usual, spread, middle, deviation = table.T
    sized = np.minimum(((np.log2(max(size, 1e-3)) - np.log2(usual)) / spread) ** 2, FARTHEST**2)
    placed = np.minimum(((centre - middle) / deviation) ** 2, FARTHEST**2)
    scores: Array = -(sized + placed) / 2 - np.log(spread * deviation)
    return scores

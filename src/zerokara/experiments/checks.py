"""What is expected of a result, and whether it is so."""

import math
from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array

Number = float | int | Array | np.floating | np.integer


@dataclass(frozen=True)
class Check:
    """A measured number beside the expected one: it lies in low … high, or it does not.

    `measured` is one number, or one a seed: the mean is judged and the range shown. A `law` holds for every setting;
    other checks promise something about the recipe's own settings only. `evidence` says where the expectation is
    from, in the tags of docs/lab.md: N, W, S, L, C, A or M.
    """

    what: str
    measured: float
    low: float = -math.inf
    high: float = math.inf
    evidence: str = ""
    law: bool = False
    spread: tuple[float, float] | None = None
    yes_or_no: bool = False

    @property
    def holds(self) -> bool:
        """Whether the measured number is where it should be; never for NaN."""
        return self.low <= self.measured <= self.high


def between(what: str, measured: Number, low: float, high: float, evidence: str = "", *, law: bool = False) -> Check:
    """low ≤ measured ≤ high."""
    middle, spread = _over_seeds(measured)
    return Check(what, middle, float(low), float(high), evidence, bool(law), spread)


def near(
    what: str, measured: Number, expected: float, tolerance: float = 0.0, evidence: str = "", *, law: bool = False
) -> Check:
    """|measured − expected| ≤ tolerance; the default tolerance 0 means exactly equal."""
    return between(what, measured, expected - tolerance, expected + tolerance, evidence, law=law)


def at_least(what: str, measured: Number, low: float, evidence: str = "", *, law: bool = False) -> Check:
    """measured ≥ low."""
    return between(what, measured, low, math.inf, evidence, law=law)


def at_most(what: str, measured: Number, high: float, evidence: str = "", *, law: bool = False) -> Check:
    """measured ≤ high."""
    return between(what, measured, -math.inf, high, evidence, law=law)


def holds(what: str, so: object, evidence: str = "", *, law: bool = False) -> Check:
    """A statement that is true for every seed: `so` is one truth value, or one a seed."""
    true = np.asarray(so, dtype=bool)
    return Check(what, float(true.mean()) if true.size else 0.0, 1.0, 1.0, evidence, bool(law), yes_or_no=True)


def _over_seeds(measured: Number) -> tuple[float, tuple[float, float] | None]:
    numbers = np.asarray(measured, dtype=np.float64).ravel()
    if not numbers.size:
        return math.nan, None
    spread = (float(numbers.min()), float(numbers.max())) if numbers.size > 1 else None
    return float(numbers.mean()), spread

"""The part `dz`: its experiments, and what the program of each gives, beside what the experiment found."""

from itertools import pairwise

import numpy as np

from tests.experiments.parts.kinds import Same
from zerokara.arrays import Array

CATALOGUE = (
    "test-functions second-derivative sine-derivatives newton-method rosenbrock newton-traps taylor-sine tanh-tower "
    "double-backprop gradient-penalty hessian-vector no-grad-memory"
)
"""The names, in their order."""

SAME: Same = {
    "test-functions": lambda p, r: (p["slopes"], r["rows"][:, 1:3]),
    "sine-derivatives": lambda p, r: (p["curves"], r["curves"]),
    "newton-traps": lambda p, r: (np.nan_to_num(p["ways"]), np.nan_to_num(r["ways"])),
    "gradient-penalty": lambda p, r: (p["found"], r["slopes"]),
    "no-grad-memory": lambda p, r: ([len(p["kept"]) * 4 * p["numbers"], p["left"]], [r["recorded"][-1], r["left"]]),
    "taylor-sine": lambda p, r: (p["found"], r["rows"]),
    "rosenbrock": lambda p, r: (p["way"], r["newton"]),
    "second-derivative": lambda p, r: ([p["y"].item(), p["first"].item(), p["second"]], r["here"]),
    "newton-method": lambda p, r: (p["way"], r["newton"]),
    "tanh-tower": lambda p, r: (p["values"], r["values"]),
    "double-backprop": lambda p, r: ([p["z"].item(), p["dz"]], r["here"][2:]),
    "hessian-vector": lambda p, r: ([part.sum() for part in p["whole"]], _sums(r["matrix"])),
}
"""(names of the program, result) → what the program gives, and what the experiment found."""


def _sums(matrix: Array) -> list[float]:
    """The matrix times ones, summed for each of the four arrays of weights."""
    hidden = (len(matrix) - 1) // 4
    ends = [0, 2 * hidden, 3 * hidden, 4 * hidden, 4 * hidden + 1]
    return [float(matrix.sum(axis=1)[a:b].sum()) for a, b in pairwise(ends)]


LEARNED = {"gradient-penalty"}
"""Experiments that train a network."""

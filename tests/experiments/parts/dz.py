"""The part `dz`: its experiments, and what the program of each gives, beside what the experiment found."""

from itertools import pairwise

from tests.experiments.parts.kinds import Same
from zerokara.arrays import Array

CATALOGUE = "taylor-sine rosenbrock second-derivative newton-method tanh-tower double-backprop hessian-vector"
"""The names, in their order."""

SAME: Same = {
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


LEARNED: set[str] = set()
"""Experiments that train a network."""

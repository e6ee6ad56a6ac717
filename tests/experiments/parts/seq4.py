"""The part `seq4`: its experiments, and what the program of each gives, beside what the experiment found."""

from tests.experiments.parts.kinds import Same

CATALOGUE = ""
"""The names, in their order."""

SAME: Same = {}
"""(names of the program, result) → what the program gives, and what the experiment found."""

LEARNED: set[str] = set()
"""Experiments that train a network."""

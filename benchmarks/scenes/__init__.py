"""Scenes: sheets of paper with digits on them, drawn by rule, whose truth is known.

`scenes.make(kind, seed, hands)` is a function of its arguments alone: kind and seed choose the digits, the pen, the
paper, the arrangement, the light and the lens.
"""

from benchmarks.scenes.hands import Hands, load_hands
from benchmarks.scenes.kinds import EMPTY, KINDS, make
from benchmarks.scenes.sheet import Scene

__all__ = ["EMPTY", "KINDS", "Hands", "Scene", "load_hands", "make"]

"""Segment displays: bars of one thickness whose ends nearly meet belong to one digit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from zerokara.arrays import Array
from zerokara.digits.ink import EDGE
from zerokara.digits.marks import Mark, gap, join, overlap
from zerokara.digits.stroke import depth, stroke_width

REACH, SHORT = 1.6, 0.22  # ends that meet are no farther apart than so many thicknesses, nor than this part of a bar
NEAREST = 2.0  # … or so many pixels
ALIKE = 1.6  # thicknesses of one display differ by less than this factor
LONG = 1.5  # a bar is so many times longer than thick
BENT = 1 / 6  # the ink's variance across a bar, in squares of its thickness; 1/12 if it is even
FILLED = (0.6, 1.15)  # its ink, in parts of length times thickness
BEHIND = 0.8  # cosine of the angle between two bars one behind the other and the line through their middles
PARALLEL = 0.9
DISPLAY = 0.6  # so many of the marks of a display are bars
FEWEST = 3  # … and so many of its bars meet another at a corner


@dataclass(frozen=True)
class Bar:
    """A straight piece: its middle (x, y), the direction it runs in, its length and its thickness in pixels."""

    middle: Array
    along: Array
    length: float
    thick: float


def with_whole_digits(marks: list[Mark]) -> list[Mark]:
    """The marks of a segment display with its bars joined to digits; any other marks as they are.

    Two bars belong together if their ends nearly meet: at a corner, or one behind the other. Two that run side by side
    (an eleven, an equals sign) do not. What was joined so is one piece: a letter of a display is no row of ones and
    minuses.
    """
    if len(marks) < FEWEST:
        return marks
    bars = {i: bar for i, mark in enumerate(marks) if (bar := _bar(mark)) is not None}
    if len(bars) < max(FEWEST, DISPLAY * len(marks)):
        return marks
    meeting = [(i, j) for i, j in combinations(bars, 2) if _meet(marks[i], bars[i], marks[j], bars[j])]
    corners = {k for i, j in meeting if abs(bars[i].along @ bars[j].along) < PARALLEL for k in (i, j)}
    if len(corners) < max(FEWEST, DISPLAY * len(bars) / 2):
        return marks
    root = list(range(len(marks)))
    for i, j in meeting:
        a, b = root[i], root[j]
        root = [min(a, b) if r in (a, b) else r for r in root]
    groups = [[mark for mark, r in zip(marks, root, strict=True) if r == first] for first in sorted(set(root))]
    return [replace(join(group), parts=()) if len(group) > 1 else group[0] for group in groups]


def _bar(mark: Mark) -> Bar | None:
    """The mark as a bar, if it is straight, of one thickness and long enough."""
    ink = mark.ink > EDGE
    y, x = np.nonzero(ink)
    if y.size < 6:
        return None
    points = np.stack([x, y], axis=1).astype(np.float64)
    middle = points.mean(axis=0)
    spread, axes = np.linalg.eigh(np.cov((points - middle).T))
    along: Array = axes[:, 1]
    length = float(np.ptp((points - middle) @ along)) + 1
    across = float(np.ptp((points - middle) @ axes[:, 0])) + 1
    if spread[0] > BENT * max(across, 2.0) ** 2:  # bent, however thick it is: its thickness takes longest to measure
        return None
    thick = min(stroke_width(depth(ink, max(2, min(ink.shape)))), across)
    filled = y.size / (length * max(thick, 1.0))
    straight = spread[0] <= BENT * max(thick, 2.0) ** 2
    if length < LONG * thick or not FILLED[0] <= filled <= FILLED[1] or not straight:
        return None
    return Bar(middle + mark.box[:2], along, length, thick)


def _meet(a: Mark, one: Bar, b: Mark, other: Bar) -> bool:
    thick = max(one.thick, other.thick)
    reach = max(NEAREST, min(REACH * thick, SHORT * max(one.length, other.length)))
    if max(-overlap(a, b, 0), -overlap(a, b, 1)) > reach or thick > ALIKE * min(one.thick, other.thick):
        return False
    if abs(one.along @ other.along) >= PARALLEL:
        apart = other.middle - one.middle
        if abs(apart @ one.along) < BEHIND * np.hypot(*apart):
            return False
    return gap(a, b) <= reach

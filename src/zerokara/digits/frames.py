"""Frames and rules among the marks: a box or a circle around digits, a table, a line below them.

Here they touch no digit, so each is a mark by itself; what touches is taken away in `paper.py`, before there are marks.
"""

from __future__ import annotations

import numpy as np

from zerokara.arrays import Array
from zerokara.digits.components import label, runs
from zerokara.digits.ink import EDGE
from zerokara.digits.marks import Mark, connected, overlap
from zerokara.digits.quick import median, with_margin
from zerokara.digits.stroke import depth

FILLS = 0.35  # what stands in a hole and has this part of its height makes the hole's rim a frame
CROWD, FILLS_TOGETHER = 2, 0.12  # … or so many of this part
FLAT = 4  # a rule is so many times longer than thick
LONG = 1.3  # a rule as long as so many heights of a digit is no stroke, wherever it stands
SHORT = 0.45  # … and one of so many only where a digit stands on it
NEAR = 0.6  # as far below the digit, in heights


def without_frames(marks: list[Mark]) -> list[Mark]:
    """Without the marks that go around others: boxes, circles, tables, and frames around frames.

    A frame is a mark with holes, that is, paper that its ink cuts off from the paper around it, and in a hole stands
    something that fills it as a digit fills its box. (The speck in a zero does not.) What touches the frame from
    within is kept: only the frame's own thickness is peeled off, counted from the paper outside.
    """
    kept: list[Mark] = []
    for mark in marks:
        if _goes_around(mark, marks):
            kept += peeled(mark)
            continue
        within = peeled(mark) if _is_wide_ring(mark) else []
        kept += within if len(within) >= CROWD else [mark]
    return kept


def peeled(frame: Mark) -> list[Mark]:
    """What is left of a frame without its outermost layer, as thick as its line, if it is as tall as a digit in it.

    The line's thickness is what a look from the left, right, top and bottom meets first, in most rows and columns the
    line alone: the 40 % quantile of the first runs' lengths.
    """
    solid = with_margin(frame.ink > EDGE / 2, 1, 1)
    outside, _ = label(~solid)
    beyond = outside == outside[0, 0]
    first = np.concatenate([_first_runs(side) for side in (solid, solid[:, ::-1], solid.T, solid.T[:, ::-1])])
    thick = int(np.ceil(np.quantile(first, 0.4))) + 2
    left = np.where(depth(~beyond, thick + 1) > thick, with_margin(frame.ink, 1, 1), 0)[1:-1, 1:-1]
    found = connected(left.astype(np.float32))
    x, y = frame.box[:2]
    return [
        Mark((m.box[0] + x, m.box[1] + y, m.box[2] + x, m.box[3] + y), m.ink)
        for m in found
        if m.height >= FILLS * frame.height or m.height >= 4 * thick
    ]


def _first_runs(solid: Array) -> Array:
    """Of every row with ink, the length of the first run."""
    row, start, end = runs(solid)
    _, first = np.unique(row, return_index=True)
    return np.asarray((end - start)[first])


def _is_wide_ring(mark: Mark) -> bool:
    """Whether a mark may be a frame to which everything in it is attached: as wide as two digits, and mostly hollow."""
    if mark.width < 1.2 * mark.height or mark.height < 24:
        return False
    holes, tall = _holes(mark)
    return bool((holes > 0).mean() > 0.35 and tall.max() > 0.45 * mark.height)


def _goes_around(frame: Mark, marks: list[Mark]) -> bool:
    inside = [mark for mark in marks if mark is not frame and _within(mark, frame)]
    if not inside:
        return False
    holes, tall = _holes(frame)
    filled: dict[int, list[float]] = {}
    for mark in inside:
        x, y = (mark.box[0] + mark.box[2]) // 2 - frame.box[0], (mark.box[1] + mark.box[3]) // 2 - frame.box[1]
        hole = int(holes[y, x])
        if hole and tall[hole]:
            filled.setdefault(hole, []).append(mark.height / tall[hole])
    return any(max(part) >= FILLS or sum(one >= FILLS_TOGETHER for one in part) >= CROWD for part in filled.values())


def _within(mark: Mark, frame: Mark) -> bool:
    (left, top, right, bottom), (x0, y0, x1, y1) = mark.box, frame.box
    return x0 < left and y0 < top and right < x1 and bottom < y1


def _holes(frame: Mark) -> tuple[Array, Array]:
    """The holes of a mark, numbered, and the height of each; the paper outside is 0 and has height 0.

    The ink is first made one pixel thicker, so that a corner where two pixels touch lets nothing through.
    """
    solid = with_margin(frame.ink > 0, 2, 2)
    for axis in (0, 1):
        solid = solid | np.roll(solid, 1, axis) | np.roll(solid, -1, axis)
    paper, count = label(~solid)
    paper = np.where(paper == paper[0, 0], 0, paper)
    y, _ = np.nonzero(paper)
    which = paper[paper > 0]
    top, bottom = np.full(count + 1, paper.shape[0]), np.zeros(count + 1, int)
    np.minimum.at(top, which, y)
    np.maximum.at(bottom, which, y + 1)
    return paper[2:-2, 2:-2], np.maximum(bottom - top, 0)


def without_rules(marks: list[Mark]) -> list[Mark]:
    """Without straight lines that are longer than a digit's strokes, and without the short rule below a digit.

    A minus, or the bar of a broken five, is short and stands under nothing.
    """
    flat = [mark for mark in marks if _is_straight(mark)]
    tall = [mark for mark in marks if mark.height > mark.width / 3 and all(mark is not rule for rule in flat)]
    if not flat or not tall:
        return marks
    tallest = max(mark.height for mark in tall)
    height = float(median([mark.height for mark in tall if mark.height >= tallest / 2]))
    rules = {id(rule) for rule in flat if _is_rule(rule, [mark for mark in tall if mark.height > height / 2], height)}
    return [mark for mark in marks if id(mark) not in rules]


def _is_rule(rule: Mark, digits: list[Mark], height: float) -> bool:
    if rule.width >= LONG * height:
        return True
    middle = (rule.box[1] + rule.box[3]) / 2
    return rule.width >= SHORT * height and any(
        overlap(rule, digit, 0) > 0.6 * min(rule.width, digit.width)
        and -0.02 * height <= middle - digit.box[3] <= NEAR * height
        for digit in digits
    )


def _is_straight(mark: Mark) -> bool:
    """Flat, though it may slope: what remains of its height when a straight line is taken away is thin."""
    if mark.width < FLAT * mark.height / 3 or mark.width < 6:
        return False
    solid = mark.ink > EDGE
    columns = np.flatnonzero(solid.any(axis=0))
    rows = np.arange(mark.height)[:, None]
    thick = solid[:, columns].sum(axis=0)
    middle = (solid * rows)[:, columns].sum(axis=0) / thick
    rest = middle - np.polyval(np.polyfit(columns, middle, 1), columns)
    return bool(mark.width > FLAT * median(thick) and np.abs(rest).max() < max(1.5, 0.04 * mark.width))

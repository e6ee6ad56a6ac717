"""From ink to digits: strokes that belong together are joined, specks and ruled lines dropped, lines read in order."""

from __future__ import annotations

import numpy as np

from zerokara.arrays import Array
from zerokara.digits.bars import with_whole_digits
from zerokara.digits.displays import as_display
from zerokara.digits.frames import without_frames, without_rules
from zerokara.digits.marks import Mark, connected, gap, join, overlap
from zerokara.digits.quick import median

__all__ = ["Mark", "find_digits", "find_marks", "gap", "in_lines", "join", "overlap"]

SMALLEST = 5  # a digit has at least so many pixels along its longer side
SPECK = 0.3  # what stays alone and is shorter than this part of the digits' height is a speck
INSIDE = 0.08  # something inside a frame is at least this part of the picture's height
WIDEST = 2.0  # … unless it is so many times wider than tall
EDGING = 0.01  # what lies along the picture's border and is thinner than this part of its side is no stroke
FULL = 0.6  # from this part of the digits' height on a piece may be a digit of its own


def find_digits(ink: Array) -> list[list[Mark]]:
    """The digits of a picture, line by line, each line from left to right; empty where nothing is drawn."""
    return find_marks(ink)[0]


def find_marks(ink: Array) -> tuple[list[list[Mark]], list[Mark]]:
    """The digits of a picture, line by line, and what is too small or too flat for one: dots, bars, specks."""
    marks = _without_border([mark for mark in connected(ink) if not _is_rule(mark, ink.shape)], ink.shape)
    marks = as_display(marks) or with_whole_digits(without_rules(without_frames(marks)))
    if not marks:
        return [], []
    height = _usual_height(marks)
    joined = _joined(marks, height)
    whole = [mark for mark in joined if _is_digit(mark, height)]
    return in_lines(whole), [mark for mark in joined if not _is_digit(mark, height)]


def _is_rule(mark: Mark, shape: tuple[int, ...]) -> bool:
    """A line of ruled paper or the edge of the sheet: flat or steep, from border to border or along one."""
    left, top, right, bottom = mark.box
    H, W = shape
    flat, steep = mark.width > 5 * mark.height, mark.height > 5 * mark.width
    across, along = left <= 1 and right >= W - 1, top <= 1 or bottom >= H - 1
    thin = max(3, EDGING * max(H, W))
    if (mark.height <= thin and flat and along) or (mark.width <= thin and steep and (left <= 1 or right >= W - 1)):
        return True
    up, beside = top <= 1 and bottom >= H - 1, left <= 1 or right >= W - 1
    return (flat and (across or (along and mark.width > W / 3))) or (steep and up and beside and W > H / 2)


def _without_border(marks: list[Mark], shape: tuple[int, ...]) -> list[Mark]:
    """Without what runs along three or four borders while something else is drawn inside: a window's frame, a desk."""
    H, W = shape
    frames = [
        mark
        for mark in marks
        if (mark.box[0] <= 1) + (mark.box[1] <= 1) + (mark.box[2] >= W - 1) + (mark.box[3] >= H - 1) >= 3
    ]
    inside = [mark for mark in marks if mark not in frames and mark.height >= INSIDE * H]
    return [mark for mark in marks if mark not in frames] if inside else marks


def _usual_height(marks: list[Mark]) -> float:
    """The height of a digit here: the median of what is at least half as tall as the tallest."""
    sizes = np.array([mark.height if mark.height >= mark.width / 3 else mark.width / 3 for mark in marks])
    return float(median(sizes[sizes >= sizes.max() / 2]))


def _joined(marks: list[Mark], height: float) -> list[Mark]:
    """Join marks until no two belong together, the nearest first: a loose bar goes to its own digit, not to the next.

    In one round a mark is joined once at most.
    """
    near = [
        (gap(marks[i], marks[j]), i, j) for i, j in _neighbours(marks, height) if _belong(marks[i], marks[j], height)
    ]
    if not near:
        return marks
    partner: dict[int, int] = {}
    for _, i, j in sorted(near):
        if i not in partner and j not in partner:
            partner[i], partner[j] = j, i
    whole = [
        mark if i not in partner else join([mark, marks[partner[i]]])
        for i, mark in enumerate(marks)
        if i < partner.get(i, len(marks))
    ]
    return _joined(whole, height)


def _neighbours(marks: list[Mark], height: float) -> list[tuple[int, int]]:
    """The pairs i < j of marks that are near enough to touch along both axes."""
    low, high = np.array([mark.box for mark in marks]).reshape(len(marks), 2, 2).transpose(1, 0, 2)
    apart = np.maximum(low[:, None], low) - np.minimum(high[:, None], high)
    return [(int(i), int(j)) for i, j in np.argwhere(np.triu((apart <= 0.3 * height).all(axis=2), 1))]


def _belong(a: Mark, b: Mark, height: float) -> bool:
    """Whether two marks are strokes of one digit: they nearly touch, and at least one cannot be a digit by itself.

    Pieces as tall as digits stay apart side by side, however near, unless one stands above or inside the other.
    """
    small = min(a.longest, b.longest)
    across = overlap(a, b, 0) / min(a.width, b.width)
    down = overlap(a, b, 1) / min(a.height, b.height)
    reach = min(0.3 * height, (0.8 if across > 0.5 else 0.5) * small)
    if max(-overlap(a, b, 0), -overlap(a, b, 1)) > reach:
        return False
    if all(_could_be_digit(mark, height) for mark in (a, b)):
        if down > 0.5:
            return across > 0.8 and gap(a, b) <= reach
        reach = min(0.12 * height, reach)
    return gap(a, b) <= reach


def _could_be_digit(mark: Mark, height: float) -> bool:
    return mark.height >= FULL * height and mark.width < WIDEST * mark.height


def _is_digit(mark: Mark, height: float) -> bool:
    return mark.longest >= max(SMALLEST, SPECK * height) and mark.width < 4 * mark.height


def in_lines(marks: list[Mark]) -> list[list[Mark]]:
    """Lines from top to bottom; a line may slope: a digit joins the line whose last digit stands beside it."""
    lines: list[list[Mark]] = []
    for mark in sorted(marks, key=lambda mark: mark.box[0] + mark.box[2]):
        shared = [overlap(line[-1], mark, 1) / min(line[-1].height, mark.height) for line in lines]
        if shared and max(shared) > 0.4:
            lines[int(np.argmax(shared))].append(mark)
        else:
            lines.append([mark])
    return sorted(lines, key=lambda line: float(np.mean([mark.box[1] + mark.box[3] for mark in line])))

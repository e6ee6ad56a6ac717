"""From ink to digits: strokes that belong together are joined, specks and ruled lines dropped, lines read in order."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from zerokara.arrays import Array
from zerokara.digits.components import boxes, label
from zerokara.digits.ink import EDGE

SMALLEST = 5  # a digit has at least so many pixels along its longer side
MOST_MARKS = 200  # of more pieces than this only the largest are looked at
SPECK = 0.3  # what stays alone and is shorter than this part of the digits' height is a speck
INSIDE = 0.08  # something inside a frame is at least this part of the picture's height
FAINT = 0.2  # ink of this strength still holds a stroke together
FULL = 0.6  # from this part of the digits' height on a piece may be a digit of its own


@dataclass(frozen=True, eq=False)
class Mark:
    """Ink that belongs together: its box (left, top, right, bottom) and its ink cut to that box.

    `parts` are the connected pieces of which it was joined; none if it is one piece.
    """

    box: tuple[int, int, int, int]
    ink: Array
    parts: tuple[Mark, ...] = ()

    @property
    def width(self) -> int:
        """Columns of the box."""
        return self.box[2] - self.box[0]

    @property
    def height(self) -> int:
        """Rows of the box."""
        return self.box[3] - self.box[1]

    @property
    def longest(self) -> int:
        """The longer side of the box."""
        return max(self.width, self.height)


def find_digits(ink: Array) -> list[list[Mark]]:
    """The digits of a picture, line by line, each line from left to right; empty where nothing is drawn."""
    return find_marks(ink)[0]


def find_marks(ink: Array) -> tuple[list[list[Mark]], list[Mark]]:
    """The digits of a picture, line by line, and what is too small or too flat for one: dots, bars, specks."""
    marks = _without_frame([mark for mark in _marks(ink) if not _is_rule(mark, ink.shape)], ink.shape)
    if not marks:
        return [], []
    height = _usual_height(marks)
    joined = _joined(marks, height)
    whole = [mark for mark in joined if _is_digit(mark, height)]
    return in_lines(whole), [mark for mark in joined if not _is_digit(mark, height)]


def join(marks: list[Mark]) -> Mark:
    """Several marks as one."""
    if len(marks) == 1:
        return marks[0]
    left, top = (min(mark.box[side] for mark in marks) for side in (0, 1))
    right, bottom = (max(mark.box[side] for mark in marks) for side in (2, 3))
    ink = np.zeros((bottom - top, right - left), np.float32)
    for mark in marks:
        x, y = mark.box[0] - left, mark.box[1] - top
        place = ink[y : y + mark.height, x : x + mark.width]
        np.maximum(place, mark.ink, out=place)
    return Mark((left, top, right, bottom), ink, tuple(part for mark in marks for part in mark.parts or (mark,)))


def _marks(ink: Array) -> list[Mark]:
    """Every connected piece of ink, the largest first; faint ink connects, but only firm ink has a size."""
    labels, count = label(ink > FAINT)
    box = boxes(np.where(ink > EDGE, labels, 0), count)
    size = np.maximum(box[:, 2] - box[:, 0], box[:, 3] - box[:, 1])
    order = [int(i) for i in np.argsort(-size, kind="stable")[:MOST_MARKS] if size[i] > 1]
    return [_cut(ink, labels, i + 1, box[i]) for i in order]


def _cut(ink: Array, labels: Array, number: int, box: Array) -> Mark:
    left, top, right, bottom = (int(side) for side in box)
    own = labels[top:bottom, left:right] == number
    return Mark((left, top, right, bottom), np.where(own, ink[top:bottom, left:right], 0).astype(np.float32))


def _is_rule(mark: Mark, shape: tuple[int, ...]) -> bool:
    """A line of ruled paper or the edge of the sheet: flat or steep, from border to border or along one."""
    left, top, right, bottom = mark.box
    H, W = shape
    flat, steep = mark.width > 5 * mark.height, mark.height > 5 * mark.width
    across, along = left <= 1 and right >= W - 1, top <= 1 or bottom >= H - 1
    up, beside = top <= 1 and bottom >= H - 1, left <= 1 or right >= W - 1
    return (flat and (across or (along and mark.width > W / 3))) or (steep and up and beside and W > H / 2)


def _without_frame(marks: list[Mark], shape: tuple[int, ...]) -> list[Mark]:
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
    return float(np.median(sizes[sizes >= sizes.max() / 2]))


def _joined(marks: list[Mark], height: float) -> list[Mark]:
    """Join marks until no two belong together."""
    group = list(range(len(marks)))
    for i, j in combinations(range(len(marks)), 2):
        if group[i] != group[j] and _belong(marks[i], marks[j], height):
            group = [group[i] if g == group[j] else g for g in group]
    whole = [join([mark for mark, g in zip(marks, group, strict=True) if g == name]) for name in dict.fromkeys(group)]
    return marks if len(whole) == len(marks) else _joined(whole, height)


def _belong(a: Mark, b: Mark, height: float) -> bool:
    """Whether two marks are strokes of one digit: they nearly touch, and at least one cannot be a digit by itself.

    Pieces as tall as digits stay apart side by side, however near, unless one stands above or inside the other.
    """
    small = min(a.longest, b.longest)
    across = _overlap(a, b, 0) / min(a.width, b.width)
    down = _overlap(a, b, 1) / min(a.height, b.height)
    reach = min(0.3 * height, (0.8 if across > 0.5 else 0.5) * small)
    if max(-_overlap(a, b, 0), -_overlap(a, b, 1)) > reach:
        return False
    if all(_could_be_digit(mark, height) for mark in (a, b)):
        if down > 0.5:
            return across > 0.8 and gap(a, b) <= reach
        reach = min(0.12 * height, reach)
    return gap(a, b) <= reach


def _could_be_digit(mark: Mark, height: float) -> bool:
    return mark.height >= FULL * height and mark.width < 1.5 * mark.height


def _overlap(a: Mark, b: Mark, axis: int) -> int:
    """Pixels that two boxes share along an axis; negative: how far they are apart."""
    return min(a.box[axis + 2], b.box[axis + 2]) - max(a.box[axis], b.box[axis])


def gap(a: Mark, b: Mark) -> float:
    """Smallest distance between the ink of two marks, in pixels."""
    (ya, xa), (yb, xb) = _points(a), _points(b)
    return float(np.sqrt(((ya[:, None] - yb) ** 2 + (xa[:, None] - xb) ** 2).min()))


def _points(mark: Mark) -> tuple[Array, Array]:
    """Up to about 500 points on the outline of a mark."""
    solid = np.pad(mark.ink > EDGE, 1)
    inner = solid[:-2, 1:-1] & solid[2:, 1:-1] & solid[1:-1, :-2] & solid[1:-1, 2:]
    y, x = np.nonzero(solid[1:-1, 1:-1] & ~inner)
    step = max(1, y.size // 500)
    return y[::step] + mark.box[1], x[::step] + mark.box[0]


def _is_digit(mark: Mark, height: float) -> bool:
    return mark.longest >= max(SMALLEST, SPECK * height) and mark.width < 4 * mark.height


def in_lines(marks: list[Mark]) -> list[list[Mark]]:
    """Lines from top to bottom; a line may slope: a digit joins the line whose last digit stands beside it."""
    lines: list[list[Mark]] = []
    for mark in sorted(marks, key=lambda mark: mark.box[0] + mark.box[2]):
        shared = [_overlap(line[-1], mark, 1) / min(line[-1].height, mark.height) for line in lines]
        if shared and max(shared) > 0.4:
            lines[int(np.argmax(shared))].append(mark)
        else:
            lines.append([mark])
    return sorted(lines, key=lambda line: float(np.mean([mark.box[1] + mark.box[3] for mark in line])))

"""Marks: ink that belongs together, cut out of the picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.digits.components import boxes, label
from zerokara.digits.ink import EDGE
from zerokara.digits.quick import with_margin

MOST_MARKS = 600  # of more pieces than this only the largest are looked at
FAINT = 0.2  # ink of this strength still holds a stroke together


@dataclass(frozen=True, eq=False)
class Mark:
    """Ink that belongs together: its box (left, top, right, bottom) and its ink cut to that box.

    `parts` are the connected pieces of which it was joined; none if it is one piece. `spelled` is the symbol that the
    lit bars of a segment display spell, if it is part of one and they spell any.
    """

    box: tuple[int, int, int, int]
    ink: Array
    parts: tuple[Mark, ...] = ()
    spelled: str = ""

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


def connected(ink: Array) -> list[Mark]:
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


def overlap(a: Mark, b: Mark, axis: int) -> int:
    """Pixels that two boxes share along an axis; negative: how far they are apart."""
    return min(a.box[axis + 2], b.box[axis + 2]) - max(a.box[axis], b.box[axis])


def gap(a: Mark, b: Mark) -> float:
    """Smallest distance between the ink of two marks, in pixels."""
    (ya, xa), (yb, xb) = _points(a), _points(b)
    return float(np.sqrt(((ya[:, None] - yb) ** 2 + (xa[:, None] - xb) ** 2).min()))


def _points(mark: Mark) -> tuple[Array, Array]:
    """Up to about 500 points on the outline of a mark."""
    solid = with_margin(mark.ink > EDGE, 1, 1)
    inner = solid[:-2, 1:-1] & solid[2:, 1:-1] & solid[1:-1, :-2] & solid[1:-1, 2:]
    y, x = np.nonzero(solid[1:-1, 1:-1] & ~inner)
    step = max(1, y.size // 500)
    return y[::step] + mark.box[1], x[::step] + mark.box[0]

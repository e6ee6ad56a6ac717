"""Doubtful borders between digits: the network itself says which way of cutting makes sense."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from zerokara.arrays import Array
from zerokara.digits.ink import EDGE
from zerokara.digits.segment import Mark, gap, join

Sure = Callable[[list[Mark]], Array]
"""How sure the network is of each mark: the probability of its likeliest digit."""

NEAR = 0.15  # pieces farther apart than this part of their height are two digits
BROAD, NARROW = 1.15, 1.1  # width over height: of what may be two digits, of what may be one
SURE, UNSURE, CLEAR = 0.9, 0.8, 0.1


def settle(line: list[Mark], sure: Sure) -> list[Mark]:
    """Join neighbours that make a better digit together, then cut what makes two better ones apart."""
    return [piece for mark in _joined(line, sure) for piece in _parted(mark, sure)]


def _joined(line: list[Mark], sure: Sure) -> list[Mark]:
    for i, (a, b) in enumerate(pairwise(line)):
        whole = join([a, b])
        if whole.width <= NARROW * whole.height and gap(a, b) <= max(2.5, NEAR * whole.height):
            (together,) = sure([whole])
            if together > SURE and together > min(sure([a, b])) + CLEAR:
                return _joined([*line[:i], whole, *line[i + 2 :]], sure)
    return line


def _parted(mark: Mark, sure: Sure) -> list[Mark]:
    """Two digits that touch, cut where the least ink stands in the way, if both then are plain and the whole is not."""
    if mark.width < BROAD * mark.height or mark.height < 8 or sure([mark])[0] >= UNSURE:
        return [mark]
    pairs = [pair for column in _valleys(mark) if (pair := _cut(mark, column))]
    if not pairs:
        return [mark]
    apart = sure([piece for pair in pairs for piece in pair]).reshape(-1, 2).min(axis=1)
    best = int(apart.argmax())
    if apart[best] > SURE:
        return [piece for half in pairs[best] for piece in _parted(half, sure)]
    return [mark]


def _valleys(mark: Mark) -> list[int]:
    """Up to five columns with little ink, away from both ends."""
    ink = (mark.ink > EDGE).sum(axis=0)
    room = max(2, round(0.3 * mark.height))
    columns = np.arange(room, mark.width - room)
    if columns.size == 0:
        return []
    order = columns[np.argsort(ink[columns], kind="stable")]
    chosen: list[int] = []
    for column in order:
        if all(abs(int(column) - other) > 0.15 * mark.height for other in chosen):
            chosen.append(int(column))
    return chosen[:5]


def _cut(mark: Mark, column: int) -> tuple[Mark, Mark] | None:
    left, right = _trimmed(mark, 0, column), _trimmed(mark, column, mark.width)
    if left is None or right is None or min(left.height, right.height) < 0.4 * mark.height:
        return None
    return (left, right) if all(half.width < half.height for half in (left, right)) else None


def _trimmed(mark: Mark, start: int, end: int) -> Mark | None:
    """The columns start..end of a mark, cut to their ink."""
    ink = mark.ink[:, start:end]
    rows, columns = np.nonzero((ink > EDGE).any(axis=1))[0], np.nonzero((ink > EDGE).any(axis=0))[0]
    if rows.size < 3 or columns.size < 2:
        return None
    top, bottom, first, last = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
    x, y = mark.box[0] + start, mark.box[1]
    return Mark((x + first, y + top, x + last, y + bottom), ink[top:bottom, first:last])

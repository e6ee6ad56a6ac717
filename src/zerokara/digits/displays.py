"""Segment displays as a whole: pieces that stand in one column of a row are one character, if the row then spells one.

Bars that do not touch, or touch only in some corners, are pieces of any shape; what they have in common is that they
fill the cells of a display.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from zerokara.arrays import Array
from zerokara.digits.ink import EDGE
from zerokara.digits.marks import Mark, join
from zerokara.digits.quick import median
from zerokara.digits.segments import Cell, spelled
from zerokara.digits.stroke import depth, stroke_width
from zerokara.digits.symbols import DIGITS

MOST = 200  # a page of more pieces is no display
PIECES = 1.2  # in a display there are so many pieces for every character, or more
ROWS = 0.15  # paper between the pieces of one row, in its height
COLUMNS = 0.15  # … and between those of one character
DOT = 0.22  # what is smaller, in heights of the row, is a dot
HALFWAY = 0.08  # … unless it lies in the middle: half a minus
TALL = 0.75  # what is at least so tall, or wide, as the largest fills its cell
NARROW, USUAL = 0.45, 0.6  # widths of a cell, in its height: the least, and a usual one
SLANTS = np.linspace(0.0, 0.24, 9)
CLEAR = 0.6  # so many characters of a display light whole segments and no halves


def as_display(marks: list[Mark]) -> list[Mark] | None:
    """The characters of a segment display, each one mark that knows what it spells, and the dots; None if it is none.

    It is one if CLEAR of the characters light whole segments (`segments.spelled`), and at least one digit consists of
    pieces that do not touch.
    """
    if not 2 <= len(marks) <= MOST:
        return None
    found: list[Mark] = []
    characters: list[Mark] = []
    for row in _rows(marks):
        dots, groups, cell = _characters(row)
        if sum(map(len, groups)) < PIECES * len(groups):
            return None
        told = [_told(group, cell) for group in groups]
        found += [*told, *dots]
        characters += told
    clear = [mark for mark in characters if mark.spelled]
    in_pieces = any(mark.spelled in DIGITS and len(mark.parts) > 1 for mark in clear)
    if not in_pieces or len(clear) < CLEAR * len(characters):
        return None
    return [replace(mark, parts=()) if mark.spelled else mark for mark in found]


def _rows(marks: list[Mark]) -> list[list[Mark]]:
    """Marks whose rows of pixels overlap, or nearly do."""
    rows: list[list[Mark]] = []
    for mark in sorted(marks, key=lambda mark: mark.box[1]):
        if rows:
            top, bottom = rows[-1][0].box[1], max(one.box[3] for one in rows[-1])
            if mark.box[1] - bottom <= ROWS * (max(bottom, mark.box[3]) - top):
                rows[-1].append(mark)
                continue
        rows.append([mark])
    return rows


def _characters(row: list[Mark]) -> tuple[list[Mark], list[list[Mark]], Cell]:
    """The dots of a row, the pieces of each character, and the size of a character."""
    top, bottom = min(mark.box[1] for mark in row), max(mark.box[3] for mark in row)
    height = float(bottom - top)
    dots = [mark for mark in row if _is_dot(mark, top, height)]
    pieces = [mark for mark in row if not _is_dot(mark, top, height)]
    slant = _slant(pieces, bottom)
    groups: list[list[Mark]] = []
    spans: list[tuple[float, float]] = []
    for left, right, piece in sorted(((*_span(mark, slant, bottom), mark) for mark in pieces), key=lambda one: one[:2]):
        if groups and left - spans[-1][1] <= COLUMNS * height:
            groups[-1].append(piece)
            spans[-1] = (spans[-1][0], max(spans[-1][1], right))
        else:
            groups.append([piece])
            spans.append((left, right))
    widths = np.array([right - left for left, right in spans] or [height])
    width = float(median(widths[widths >= TALL * widths.max()]))
    if width < NARROW * height:  # ones and minuses alone do not show how wide a cell is
        width = USUAL * height
    thick = float(median([_thick(piece) for piece in pieces])) if pieces else 1.0
    return dots, groups, Cell(width, height, thick, slant)


def _is_dot(mark: Mark, top: int, height: float) -> bool:
    away = abs((mark.box[1] + mark.box[3]) / 2 - top - height / 2)
    return mark.longest < DOT * height and away > HALFWAY * height


def _thick(mark: Mark) -> float:
    return stroke_width(depth(mark.ink > EDGE, max(2, min(mark.width, mark.height))))


def _columns(mark: Mark, slant: float, bottom: int) -> Array:
    """Where the ink of a mark is, from left to right, once a slanting row is set upright."""
    y, x = np.nonzero(mark.ink > EDGE)
    return np.asarray(x + mark.box[0] - slant * (bottom - y - mark.box[1]))


def _span(mark: Mark, slant: float, bottom: int) -> tuple[float, float]:
    columns = _columns(mark, slant, bottom)
    return (
        (float(columns.min()), float(columns.max()) + 1) if columns.size else (float(mark.box[0]), float(mark.box[2]))
    )


def _slant(pieces: list[Mark], bottom: int) -> float:
    """The slant that leaves most columns of a row without ink: how far the top lies to the right, in heights."""

    def inked(slant: float) -> int:
        columns = np.concatenate([_columns(piece, slant, bottom) for piece in pieces] or [np.zeros(0)])
        return np.unique(columns.round()).size

    return float(min(SLANTS, key=inked))


def _told(group: list[Mark], cell: Cell) -> Mark:
    whole = join(group)
    return replace(whole, spelled=spelled(whole.ink, cell))

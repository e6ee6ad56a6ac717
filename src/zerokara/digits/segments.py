"""What the lit bars of a segment display spell: seven or fourteen segments, digits and signs.

Which bars a digit or sign lights is the convention of such displays (the character table of fourteen-segment drivers,
as Holtek's HT16K33); where a display leaves a choice, all forms are listed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.digits.ink import EDGE
from zerokara.digits.quick import with_margin
from zerokara.digits.symbols import NONE

ENDS = {
    "a": ((0, 0), (2, 0)), "b": ((2, 0), (2, 2)), "c": ((2, 2), (2, 4)), "d": ((0, 4), (2, 4)),
    "e": ((0, 2), (0, 4)), "f": ((0, 0), (0, 2)), "g": ((0, 2), (2, 2)),
    "l": ((0, 2), (1, 2)), "r": ((1, 2), (2, 2)), "h": ((0, 0), (1, 2)), "i": ((1, 0), (1, 2)), "j": ((2, 0), (1, 2)),
    "k": ((2, 4), (1, 2)), "m": ((1, 4), (1, 2)), "n": ((0, 4), (1, 2)),
}  # fmt: skip
"""Where each segment runs, in half widths and quarter heights: a on top, then clockwise to f, g in the middle; fourteen
segments have l and r in place of g, and h to n around the middle."""

DIGITS = ("abcdef", "bc", "abged", "abgcd", "fgbc", "afgcd", "afgedc", "abc", "abcdefg", "abcdfg")
"""The segments of each digit."""
OTHERWISE = {"fgedc": 6, "abcfg": 9, "abcf": 7}
"""Digits of other displays: a six without its roof, a nine without its foot, a seven with a hook."""
_FOURTEEN = {
    "0": ("abcdefjn",), "1": ("bcj",), "3": ("abcdr",), "-": ("lr",), "+": ("lrim",), "/": ("jn",), "=": ("lrd",),
    "(": ("jk",), ")": ("hn",), ",": ("n",), "°": ("abflr",), "¥": ("hjlrm", "hjlrim"), "$": ("aflrcdim",),
    "%": ("fcjn", "fcjnhklr"), "": ("hjkn", "hjm"),
}  # fmt: skip
"""What fourteen segments spell besides; "" where only what stands around tells a letter (X, Y) from a sign."""
_SEVEN = {"-": ("g",), "=": ("gd",), "°": ("abfg",)}
FORMS: dict[frozenset[str], str] = {
    **{frozenset(lit.replace("g", "lr")): str(n) for n, lit in enumerate(DIGITS)},
    **{frozenset(lit.replace("g", "lr")): str(n) for lit, n in OTHERWISE.items()},
    **{frozenset(lit.replace("g", "lr")): sign for sign, forms in _SEVEN.items() for lit in forms},
    **{frozenset(lit): sign for sign, forms in _FOURTEEN.items() for lit in forms},
}
"""Which symbol each set of lit segments is, with l and r in place of g."""

FIT = 0.2  # the box of what is lit differs from that of a form by no more than this part of the height
INNER = (0.3, 0.7)  # the part of a segment that no neighbour covers
WHOLE = (0.05, 0.95)
SAMPLES = 9
AHEAD = 0.05  # the likeliest form has so much more ink on it, or fits so much better, than the next
NEAR = 0.03  # in heights: how far a bar may lie from where it should
LIT, DARK = 0.7, 0.45  # a segment is lit, or dark, if ink is near so much of its inner part; between, nothing is said
_ALL = "abcdefhijklmnr"
_INNER = "hijkmnlr"


@dataclass(frozen=True)
class Cell:
    """Where a display shows one character: width and height in pixels, thickness of the bars, and slant.

    `slant` is how far the top lies to the right of the foot, in heights.
    """

    width: float
    height: float
    thick: float
    slant: float


def spelled(ink: Array, cell: Cell) -> str:
    """The symbol that a mark's lit segments spell; NONE if they spell another character; nothing where it is unclear.

    The mark may fill only part of its cell (a one, a minus), and where in the cell it stands is not known: the form of
    every symbol whose box has the mark's size is laid on it, middle on middle, and the mark is that symbol if just the
    segments of the form are lit. Shapes: ink (H, W), cut to its box.
    """
    H, W = ink.shape
    reach = max(1, round(NEAR * cell.height))
    near, own = _grown(ink > EDGE, reach), ink > EDGE
    inner, whole = (np.stack([_along(name, cell, part) for name in _ALL]) for part in (INNER, WHOLE))
    best: dict[str, float] = {}
    clear = False
    for form, symbol in FORMS.items():
        left, top, right, bottom = _box(form, cell)
        misfit = max(abs(right - left - W), abs(bottom - top - H)) / cell.height
        if misfit > FIT:
            continue
        corner = np.array([left + right - W, top + bottom - H]) / 2
        covered = _covered(near, inner - corner + reach)
        if np.all((covered >= LIT) | (covered <= DARK)):
            clear = True
            lit = np.array([name in form for name in _ALL])
            if np.array_equal(covered >= LIT, lit):
                inked = float(_covered(own, whole - corner)[lit].mean())
                best[symbol] = max(best.get(symbol, -1.0), inked - misfit)
    if not best:
        return NONE if clear else ""
    first, second = sorted([-1.0, *best.values()])[-1:-3:-1]
    return max(best, key=best.__getitem__) if first - second >= AHEAD else ""


def _grown(mask: Array, reach: int) -> Array:
    """The mask and what is at most `reach` pixels away, across and down; padded by `reach` on every side."""
    grown: Array = with_margin(mask, reach, reach)
    for axis in (0, 1):
        grown = np.logical_or.reduce([np.roll(grown, step, axis) for step in range(-reach, reach + 1)])
    return grown


def _ends(name: str, cell: Cell) -> Array:
    """Where the middle line of a segment begins and ends, ((x, y), (x, y)) in pixels; inner ones lie within the rim."""
    ends = np.array(ENDS[name], np.float64) / (2, 4)
    if name not in _INNER:
        return np.asarray(ends * (cell.width - cell.thick, cell.height - cell.thick) + cell.thick / 2)
    size = np.array([cell.width, cell.height])
    moved = np.where(ends == 0.5, 0.0, np.where(ends < 0.5, cell.thick, -cell.thick))  # off the rim
    away = np.sign(ends[0] - ends[1]) * cell.thick / 2  # off the middle
    return np.asarray(ends * size + moved + np.array([[0.0, 0.0], away]))


def _slanted(points: Array, cell: Cell) -> Array:
    return np.stack([points[:, 0] + cell.slant * (cell.height - points[:, 1]), points[:, 1]], axis=1)


def _box(form: frozenset[str], cell: Cell) -> tuple[float, float, float, float]:
    """The box of a form's ink within its cell, in pixels."""
    around = np.stack([_slanted(_ends(name, cell), cell) for name in form])
    pad = np.array([0.0 if name in _INNER else cell.thick / 2 for name in form])[:, None, None]
    (left, top), (right, bottom) = (around - pad).min(axis=(0, 1)), (around + pad).max(axis=(0, 1))
    return float(left), float(top), float(right), float(bottom)


def _along(name: str, cell: Cell, part: tuple[float, float]) -> Array:
    """Points along a part of a segment's middle line, (SAMPLES, 2): x and y in pixels of the cell."""
    start, end = _ends(name, cell)
    return _slanted(start + np.linspace(*part, SAMPLES)[:, None] * (end - start), cell)


def _covered(mask: Array, points: Array) -> Array:
    """Of each row of points, (…, SAMPLES, 2), the share that lies on the mask."""
    x, y = np.moveaxis(np.floor(points).astype(int), -1, 0)
    inside = (x >= 0) & (y >= 0) & (x < mask.shape[1]) & (y < mask.shape[0])
    on = mask[np.clip(y, 0, mask.shape[0] - 1), np.clip(x, 0, mask.shape[1] - 1)] & inside
    return np.asarray(on.mean(axis=-1))

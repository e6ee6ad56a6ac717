"""From the marks of a line to symbols: dots and bars find their line, what belongs together is joined or parted."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np

from zerokara.arrays import Array
from zerokara.digits.company import TALL
from zerokara.digits.ink import EDGE
from zerokara.digits.segment import Mark, join
from zerokara.digits.stroke import depth, stroke_width
from zerokara.digits.symbols import DIGITS, NONE, SYMBOLS

Shares = Callable[[list[Mark]], Array]
"""How probable every symbol is for each mark, by its looks: (N, len(SYMBOLS))."""

SURE = 0.8
CLEAR = 0.1
PLAIN = 0.95
NEAR = 1.3  # a sign stands no farther from a digit than so many heights of it
ABOVE_OR_BELOW = 0.85  # … and its middle no farther from the digit's middle
SHORT = 0.62  # a piece of a sign is at most so tall, in heights of the digits
WIDEST = 1.4
PRESSED = 0.6  # a pen leaves no dot much smaller than its own stroke is wide
IN_PIECES = {":": False, "÷": False, "=": False, "%": True}
"""Signs of several pieces; whether one of the pieces is as tall as a digit."""

_N = len(DIGITS)


def guarded(sure: Callable[[list[Mark]], Array], shares: Shares) -> Callable[[list[Mark]], Array]:
    """How sure a reader of digits is of each mark, where plain signs are as good as plain digits."""

    def both(marks: list[Mark]) -> Array:
        sign = shares(marks)[:, _N:-1].max(axis=1)
        digits = sure(marks)
        return np.where(sign > SURE, np.maximum(sign, digits), digits)

    return both


def parted(line: list[Mark], shares: Shares) -> list[Mark]:
    """Pieces that were joined to one digit, a minus and a seven, say, are parted where both then make sense."""
    told: list[Mark] = []
    for mark in line:
        told += _parted(mark, shares)
    return told


def _parted(mark: Mark, shares: Shares) -> list[Mark]:
    if len(mark.parts) < 2 or len(mark.parts) > 6:
        return [mark]
    order = sorted(mark.parts, key=lambda part: part.box[0] + part.box[2])
    ways = [(join(order[:k]), join(order[k:])) for k in range(1, len(order))]
    answers = shares([mark, *(half for way in ways for half in way)])
    best = answers.copy()
    best[:, :_N] = 0
    best[:, 0] = answers[:, :_N].sum(axis=1)  # which digit it is does not matter here
    best[:, SYMBOLS.index(NONE)] = 0
    plain = best.max(axis=1)
    apart = plain[1:].reshape(-1, 2).min(axis=1)
    k = int(apart.argmax())
    left, right = ways[k]
    beside = left.box[2] <= right.box[0] and min(left.height, right.height) < 0.5 * mark.height
    makes_sense = apart[k] > SURE and apart[k] > plain[0] + CLEAR
    if makes_sense or (beside and apart[k] > PLAIN):
        return [*_parted(left, shares), *_parted(right, shares)]
    return [mark]


def attached(lines: list[list[Mark]], rest: list[Mark]) -> tuple[list[list[Mark]], set[int]]:
    """The lines with those of the rest that may be signs of theirs, in reading order; and which these are (their ids).

    A sign stands beside a digit, neither far above nor far below it, and is as thick as the digit's pen at least.
    """
    grown = [list(line) for line in lines]
    tall = [
        (digit, _pen(digit), number)
        for number, line in enumerate(lines)
        for digit in line
        if digit.height >= TALL * max(one.height for one in line)
    ]
    taken: set[int] = set()
    for mark in rest:
        places = [(_between(digit, mark), n) for digit, pen, n in tall if _may_stand_by(mark, digit, pen)]
        if places:
            grown[min(places)[1]].append(mark)
            taken.add(id(mark))
    return [sorted(line, key=lambda mark: mark.box[0] + mark.box[2]) for line in grown], taken


def _between(digit: Mark, mark: Mark) -> float:
    """Pixels of paper between two boxes, side by side; 0 where they overlap."""
    return max(0.0, float(digit.box[0] - mark.box[2]), float(mark.box[0] - digit.box[2]))


def _pen(digit: Mark) -> float:
    return stroke_width(depth(digit.ink > EDGE, max(2, digit.longest // 3)))


def _may_stand_by(mark: Mark, digit: Mark, pen: float) -> bool:
    height = digit.height
    away = abs((mark.box[1] + mark.box[3]) - (digit.box[1] + digit.box[3])) / 2
    thin = min(mark.width, mark.height) < max(1.5, PRESSED * pen)
    far = _between(digit, mark) > NEAR * height or away > ABOVE_OR_BELOW * height
    return not thin and not far and mark.width <= WIDEST * height


def gathered(line: list[Mark], shares: Shares, height: float) -> list[Mark]:
    """Dots, bars and rings that make one sign together: `:`, `÷`, `=` and `%`."""
    for size in (3, 2):
        for start in range(len(line) - size + 1):
            pieces = line[start : start + size]
            if not _may_be_one(pieces, height):
                continue
            whole = join(pieces)
            answer = shares([whole])[0]
            best = SYMBOLS[int(answer.argmax())]
            if best in IN_PIECES and answer.max() > SURE and (IN_PIECES[best] or _in_column(pieces)):
                return gathered([*line[:start], whole, *line[start + size :]], shares, height)
    return line


def _may_be_one(pieces: list[Mark], height: float) -> bool:
    short = [piece for piece in pieces if piece.height <= SHORT * height]
    if len(short) < len(pieces) - 1:
        return False
    left, right = min(p.box[0] for p in pieces), max(p.box[2] for p in pieces)
    top, bottom = min(p.box[1] for p in pieces), max(p.box[3] for p in pieces)
    return right - left <= WIDEST * height and bottom - top <= WIDEST * height


def _in_column(pieces: list[Mark]) -> bool:
    """Whether each two pieces share columns."""
    return all(min(a.box[2], b.box[2]) > max(a.box[0], b.box[0]) for a, b in combinations(pieces, 2))

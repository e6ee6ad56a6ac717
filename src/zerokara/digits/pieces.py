"""From the marks of a line to symbols: dots and bars find their line, what belongs together is joined or parted."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations, pairwise

import numpy as np

from zerokara.arrays import Array
from zerokara.digits.company import TALL
from zerokara.digits.ink import EDGE
from zerokara.digits.marks import Mark, join, overlap
from zerokara.digits.quick import median
from zerokara.digits.segment import in_lines
from zerokara.digits.stroke import depth, stroke_width
from zerokara.digits.symbols import DIGITS, SYMBOLS

Shares = Callable[[list[Mark]], Array]
"""How probable every symbol is for each mark, by its looks: (N, len(SYMBOLS))."""

SURE = 0.8
CLEAR = 0.1
NONSENSE, LIKELY = 0.2, 0.6  # of what is so surely no symbol as a whole, the parts need not be quite so plain
PLAIN = 0.95
COST = 0.1
BESIDE = 0.3  # what a small piece costs that is counted to a digit although there is paper between their columns
MIDDLE = 0.16  # a minus lies no farther from the middle, in heights
TOP = 0.3  # … and no flat sign, nor a half of one, lies so far above it
LONGEST, MOST_PARTS = 4, 40
SMALL = 0.45  # what is smaller, in heights of what it was joined to, is a dot, a comma or a bar
SHORT_LINE = 0.45  # what is lower, in heights of the page's digits, makes no line of its own
HANGING = 0.7  # … nor what is lower than this, alone in its line, and shares rows with a digit beside it
OVER = 0.06  # in heights: a comma reaches so far under the digit behind it
NEAR = 1.3  # a sign stands no farther from a digit than so many heights of it
ABOVE_OR_BELOW = 0.85  # … and its middle no farther from the digit's middle
SHORT = 0.7  # a piece of a sign is at most so tall, in heights of the digits
WIDEST = 1.4
PRESSED, THINNEST = 0.6, 0.3  # a pen leaves no dot much smaller, and no bar much thinner, than its stroke is wide
FLAT = 2.5
ASIDE = 0.15  # dots that make a colon lean by so many heights of the digits
IN_PIECES = {":": False, "÷": False, "=": False, "%": True}
"""Signs of several pieces; whether one of the pieces is as tall as a digit."""

_N = len(DIGITS)
ALIKE = [SYMBOLS.index(sign) for sign in "/°"]
"""Signs that only size and place tell from a one and a zero."""


def guarded(sure: Callable[[list[Mark]], Array], shares: Shares) -> Callable[[list[Mark]], Array]:
    """How sure a reader of digits is of each mark, where plain signs are as good as plain digits."""

    def both(marks: list[Mark]) -> Array:
        sign = shares(marks)[:, _N:-1].max(axis=1)
        digits = sure(marks)
        return np.where(sign > SURE, np.maximum(sign, digits), digits)

    return both


def parted(line: list[Mark], shares: Shares) -> list[Mark]:
    """Pieces that were joined to one digit, a minus and a seven, say, are parted where all parts then make sense."""
    return [piece for mark in line for piece in _parted(mark, shares)]


def _parted(mark: Mark, shares: Shares) -> list[Mark]:
    """The likeliest way to cut the row of a mark's parts into symbols, or the mark whole.

    maximise Σ log p(symbol) − COST·symbols − BESIDE·(small parts with paper between them and the rest of their symbol)
    over all cuts, where a symbol has at most LONGEST parts: best[k] is the value of the first k parts (dynamic
    programming).
    """
    order = sorted(mark.parts, key=lambda part: part.box[0] + part.box[2])
    if not 2 <= len(order) <= MOST_PARTS:
        return [mark]
    spans = [(a, b) for b in range(1, len(order) + 1) for a in range(max(0, b - LONGEST), b) if b - a < len(order)]
    pieces = {span: join(order[span[0] : span[1]]) for span in spans}
    answers = shares([mark, *pieces.values()])
    whole = _plain(answers[0], mark, mark)
    plain = {span: _plain(row, pieces[span], mark) for span, row in zip(spans, answers[1:], strict=True)}

    def loose(a: int, b: int) -> int:
        return sum(_loose(part, order[a:b], mark.height) for part in order[a:b])

    best: list[tuple[float, list[tuple[int, int]]]] = [(0.0, [])]
    for b in range(1, len(order) + 1):
        ways = [
            (best[a][0] + float(np.log(plain[a, b] + 1e-9)) - COST - BESIDE * loose(a, b), [*best[a][1], (a, b)])
            for a in range(b)
            if (a, b) in plain
        ]
        best.append(max(ways))
    cut = [pieces[span] for span in best[-1][1]]
    least = min(plain[span] for span in best[-1][1])
    apart = all(a.box[2] - b.box[0] <= OVER * mark.height for a, b in pairwise(cut))
    small = [piece for piece in cut if piece.height < 0.5 * mark.height]
    makes_sense = least > whole + CLEAR and least > (SURE if whole > NONSENSE else LIKELY)
    enough = SURE if small and all(_may_be_minus(piece, mark) for piece in small) else PLAIN
    return cut if makes_sense or (apart and small and least > enough) else [mark]


def _loose(part: Mark, parts: list[Mark], height: float) -> bool:
    """Whether a small part shares no columns with the others."""
    others = [other for other in parts if other is not part]
    return part.height < SMALL * height and bool(others) and all(overlap(part, other, 0) < 0 for other in others)


def _may_be_minus(piece: Mark, whole: Mark) -> bool:
    """Flat, and at half height."""
    return piece.width > WIDEST * piece.height and abs(_above(piece, whole)) <= MIDDLE


def _above(piece: Mark, whole: Mark) -> float:
    """How far the middle of a piece lies above that of the whole, in its heights."""
    return (whole.box[1] + whole.box[3] - piece.box[1] - piece.box[3]) / (2 * whole.height)


def _plain(shares: Array, mark: Mark, whole: Mark) -> float:
    """How plainly a piece is one symbol; which digit, or which of the small signs, does not matter here."""
    height = whole.height
    if mark.width > WIDEST * mark.height:
        if mark.height > SMALL * height:
            return 0.0  # a row, which would look like a bar once it is fitted into a square
        if _above(mark, whole) > TOP:
            return 0.0  # no sign is a bar up there: it is the bar of a five
    if mark.longest <= SMALL * height:
        return float(1 - shares[-1])
    digit = shares[:_N].sum() + shares[ALIKE].sum()
    return float(max(digit, shares[_N:-1].max()))


def lined_up(lines: list[list[Mark]], rest: list[Mark], shares: Shares) -> tuple[list[list[Mark]], list[Mark]]:
    """Lines of tall marks, and everything that is short or flat: what was joined too widely is parted, too."""
    loose = [piece for mark in rest for piece in _parted(mark, shares)]
    marks = [mark for line in lines for mark in line] + loose
    heights = np.array([mark.height for mark in marks])
    if not marks:
        return [], []
    height = float(median(heights[heights >= heights.max() / 2]))
    inside = {id(mark) for line in lines for mark in line}
    fallen = [m for m in loose if len(m.parts) != 1 and m.height >= TALL * height and m.width < 4 * m.height]
    rescued = {id(mark) for mark in fallen} if any(mark.parts for mark in rest) else set()
    hanging = {id(line[0]) for line in lines if len(line) == 1 and _hangs(line[0], marks, height)}
    tall = [
        mark
        for mark in marks
        if id(mark) in rescued
        or (id(mark) in inside and id(mark) not in hanging and mark.height >= SHORT_LINE * height)
    ]
    if len(tall) == len(inside) and not rescued:
        return lines, loose
    kept = {id(mark) for mark in tall}
    return in_lines(tall), [mark for mark in marks if id(mark) not in kept]


def _hangs(mark: Mark, marks: list[Mark], height: float) -> bool:
    """Whether a short mark shares rows with a taller one beside it: a comma below its line, or a degree above it."""
    return mark.height < HANGING * height and any(
        other.height >= mark.height / HANGING and overlap(mark, other, 1) > 0 and _between(other, mark) <= height
        for other in marks
    )


def outside(lines: list[list[Mark]], rest: list[Mark]) -> list[Mark]:
    """The rest without what stands in the hole of a digit: the dot of some zeros is no sign."""
    return [mark for mark in rest if not any(_surrounded(mark, digit) for line in lines for digit in line)]


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


def _surrounded(mark: Mark, digit: Mark) -> bool:
    """Whether the middle of a mark has ink of the digit on all four sides."""
    x, y = (mark.box[0] + mark.box[2]) // 2 - digit.box[0], (mark.box[1] + mark.box[3]) // 2 - digit.box[1]
    if not (0 <= x < digit.width and 0 <= y < digit.height):
        return False
    ink = digit.ink > EDGE
    return all(side.any() for side in (ink[y, :x], ink[y, x:], ink[:y, x], ink[y:, x]))


def _pen(digit: Mark) -> float:
    return stroke_width(depth(digit.ink > EDGE, max(2, digit.longest // 3)))


def _may_stand_by(mark: Mark, digit: Mark, pen: float) -> bool:
    height = digit.height
    away = abs((mark.box[1] + mark.box[3]) - (digit.box[1] + digit.box[3])) / 2
    flat = mark.width > FLAT * mark.height
    thin = min(mark.width, mark.height) < max(1.5, (THINNEST if flat else PRESSED) * pen)
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
            if best in IN_PIECES and answer.max() > SURE and (IN_PIECES[best] or _in_column(pieces, height)):
                return gathered([*line[:start], whole, *line[start + size :]], shares, height)
    return line


def _may_be_one(pieces: list[Mark], height: float) -> bool:
    short = [piece for piece in pieces if piece.height <= SHORT * height]
    if len(short) < len(pieces) - 1:
        return False
    left, right = min(p.box[0] for p in pieces), max(p.box[2] for p in pieces)
    top, bottom = min(p.box[1] for p in pieces), max(p.box[3] for p in pieces)
    return right - left <= WIDEST * height and bottom - top <= WIDEST * height


def _in_column(pieces: list[Mark], height: float) -> bool:
    """Whether each two pieces share columns, nearly."""
    reach = ASIDE * height
    return all(min(a.box[2], b.box[2]) + reach > max(a.box[0], b.box[0]) for a, b in combinations(pieces, 2))

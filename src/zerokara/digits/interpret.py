"""What stands on a page: of every mark the ten digits' probabilities, and which symbol it is, or none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from zerokara.arrays import Array
from zerokara.digits.company import NEVER_ALONE, reference, with_company, with_place, words
from zerokara.digits.look import Sight
from zerokara.digits.marks import Mark
from zerokara.digits.pairs import ONE_HAND, of_one_hand, told_apart
from zerokara.digits.pieces import attached, gathered, guarded, lined_up, outside, parted
from zerokara.digits.quick import median
from zerokara.digits.settle import settle
from zerokara.digits.symbols import DIGITS, NONE, PLACES, SIGNS, SYMBOLS
from zerokara.digits.view import prepare
from zerokara.models.committee import Reader

THRESHOLD = 0.5
"""What is less probably a digit, or a sign, or of which it is less probable which digit it is, is shown as `?`."""
SPELLED = 0.97
"""So often the lit segments of a display tell which symbol it shows."""
PLAIN = 0.999
"""A digit of which the first of five sights is so sure is not looked at again; of MNIST's test set none changes, and no
probability by more than 0.008."""
SPECK = 0.8
"""A dot or a bar that no digit could be is a sign from this probability on, and dirt below it."""
PLAIN_SPECK = 0.97
"""… and at either end of a line only from this one on."""
MISPLACED = 2.5
"""… and nowhere farther from its usual height on the line than so many deviations."""

_N, _NONE = len(DIGITS), SYMBOLS.index(NONE)


@dataclass(frozen=True, eq=False)
class Told:
    """What is said of one mark: the ten probabilities, those of all symbols, and which one it is taken for.

    `shares` are (len(SYMBOLS),): p(digit d) = p(a digit at all) · p_d, of the network of digits, and the signs' and
    none's of the network of symbols. `why` says in words why it is `?`.
    """

    mark: Mark
    view: Array
    ten: Array
    shares: Array
    symbol: str
    why: str = ""

    @property
    def digit_probability(self) -> float:
        """How probable it is that the mark is a digit at all."""
        return float(self.shares[:_N].sum())


class Looks:
    """What two networks make of marks by their looks; each mark is looked at once."""

    def __init__(self, reader: Reader, symbols: Reader) -> None:
        self.reader, self.symbols = reader, symbols
        self._seen: dict[int, tuple[Mark, Array, Array]] = {}  # holds the marks, so that no id is given twice
        self._ten: dict[int, Array] = {}

    def see(self, lines: list[list[Mark]]) -> None:
        """Look at all these marks in one go, which is quicker than line by line."""
        self._see([mark for line in lines for mark in line])

    def views(self, marks: list[Mark]) -> Array:
        """(N, 28, 28)."""
        self._see(marks)
        return np.stack([self._seen[id(mark)][1] for mark in marks])

    def shares(self, marks: list[Mark]) -> Array:
        """How probable each symbol is, (N, len(SYMBOLS))."""
        self._see(marks)
        return np.stack([self._seen[id(mark)][2] for mark in marks])

    def ten(self, marks: list[Mark]) -> Array:
        """How probable each digit is, (N, 10): says the network of digits, and of two pairs also that of symbols."""
        new = list({id(mark): mark for mark in marks if id(mark) not in self._ten}.values())
        if new:
            ten = self.reader.glanced(self.views(new), PLAIN, ONE_HAND)
            told = told_apart(ten, self.shares(new)[:, :_N])
            told = np.stack([_as_spelled(ten, mark, DIGITS) for ten, mark in zip(told, new, strict=True)])
            for mark, ten in zip(new, told, strict=True):
                self._ten[id(mark)] = ten
        return np.stack([self._ten[id(mark)] for mark in marks])

    def sure(self, marks: list[Mark]) -> Array:
        """The probability of the likeliest digit, (N,)."""
        return np.asarray(self.ten(marks).max(axis=1))

    def _see(self, marks: list[Mark]) -> None:
        new = list({id(mark): mark for mark in marks if id(mark) not in self._seen}.values())
        if new:
            views = np.stack([prepare(mark.ink) for mark in new])
            for mark, view, shares in zip(new, views, self.symbols.glanced(views, doubted=[_NONE]), strict=True):
                self._seen[id(mark)] = mark, view, _as_spelled(shares, mark, SYMBOLS)


def _as_spelled(shares: Array, mark: Mark, symbols: tuple[str, ...]) -> Array:
    """The probabilities p of some symbols, given what the segments of a display spell: s with probability SPELLED.

    p'(t) = SPELLED·[t = s] + (1 − SPELLED)·p(t); any other mark's stay.
    """
    if mark.spelled not in symbols:
        return shares
    told = (1 - SPELLED) * np.asarray(shares, np.float64)
    told[symbols.index(mark.spelled)] += SPELLED
    return told


def digits_only(sight: Sight, looks: Looks) -> list[list[Told]]:
    """Every mark as the digit that it resembles most."""
    looks.see(sight.lines)
    lines = [settle(line, looks.sure) for line in sight.lines]
    return [[_as_digit(told) for told in line] for line in _told(lines, looks)]


def with_signs(sight: Sight, looks: Looks) -> list[list[Told]]:
    """Digits, signs, and `?` for what is none of these."""
    looks.see(sight.lines)
    sure = guarded(looks.sure, looks.shares)
    found = [parted(settle(line, sure), looks.shares) for line in sight.lines]
    lines, loose = lined_up(found, sight.rest, looks.shares)
    if not lines:
        return _told(found, looks) if found else []
    firm = {id(mark) for line in [*found, *lines] for mark in line}
    loose = outside(lines, loose)
    grown, taken = attached(lines, loose)
    alone = [[mark] for mark in loose if id(mark) in firm and id(mark) not in taken]
    whole = [gathered(line, looks.shares, _usual_height([line])) for line in grown]
    lines = sorted([*whole, *alone], key=lambda line: float(np.mean([m.box[1] + m.box[3] for m in line])))
    told = _told(lines, looks)
    kept = [[one.mark for i, one in enumerate(line) if id(one.mark) in firm or _is_sign(line, i)] for line in told]
    if sum(map(len, kept)) == sum(map(len, lines)):
        return told
    kept = [line for line in kept if line]
    return _told(kept, looks) if kept else []  # dirt is no company


def _usual_height(lines: list[list[Mark]]) -> float:
    heights = np.array([mark.height for line in lines for mark in line])
    return float(median(heights[heights >= heights.max() / 2]))


def _is_sign(line: list[Told], i: int) -> bool:
    """Whether what is too small for a digit is plainly a sign: commas stand between digits, degrees behind them.

    Which sign may be in doubt: a dot that could be a comma is no dirt, or 3.14 would silently become 314. And where it
    stands and how large it is must fit: the bar of a five that does not touch it is no minus.
    """
    told = line[i]
    likely, symbol = float(told.shares[_N:-1].sum()), SIGNS[int(told.shares[_N:-1].argmax())]
    if told.symbol in DIGITS or likely < SPECK or not _in_place(line, i, symbol):
        return False
    left, right = (any(one.symbol in (*DIGITS, NONE) for one in side) for side in (line[:i], line[i + 1 :]))
    if symbol in ",:":
        return left and right
    if symbol == "°":
        return left
    return symbol != "." or (left and right) or likely >= PLAIN_SPECK


def _in_place(line: list[Told], i: int, symbol: str) -> bool:
    """Whether a mark stands at most MISPLACED deviations from where a symbol stands."""
    around = reference([one.mark for one in line], i, np.stack([one.shares for one in line]))
    if around is None:
        return True
    height, middle = around
    mark, place = line[i].mark, PLACES[symbol]
    return abs(((mark.box[1] + mark.box[3]) / 2 - middle) / height - place.centre) <= MISPLACED * place.centre_spread


def _told(lines: list[list[Mark]], looks: Looks) -> list[list[Told]]:
    """Looks, place and company of every mark, all lines in one go."""
    marks = [mark for line in lines for mark in line]
    looks.see(lines)
    looked = [looks.shares(line) for line in lines]
    views, ten = (
        looks.views(marks),
        of_one_hand(looks.ten(marks), np.concatenate(looked)[:, :_N].sum(axis=1) > THRESHOLD),
    )
    starts = np.cumsum([0, *map(len, lines)])
    groups = [[int(n) + i for i in word] for n, line in zip(starts, lines, strict=False) for word in words(line)]
    placed = np.concatenate([with_place(shares, line) for shares, line in zip(looked, lines, strict=True)])
    alone, shares = np.concatenate(looked)[:, -1], with_company(placed, groups)
    shares[:, :_N] = shares[:, :_N].sum(axis=1, keepdims=True) * ten
    told = [_judged(mark, views[i], ten[i], shares[i], float(alone[i])) for i, mark in enumerate(marks)]
    return [_beside_digits(told[start:end]) for start, end in pairwise(starts)]


def _beside_digits(line: list[Told]) -> list[Told]:
    """A line in which no digit was read, with its dots, slashes and parentheses refused: the grain of a photograph."""
    if any(one.symbol in DIGITS for one in line):
        return line
    why = "no digit stands in its line"
    among = any(one.symbol == NONE for one in line)  # a minus among stains is a stain
    refused = SIGNS if among else NEVER_ALONE
    return [replace(one, symbol=NONE, why=why) if one.symbol in refused else one for one in line]


def _judged(mark: Mark, view: Array, ten: Array, shares: Array, looks_none: float) -> Told:
    """The likeliest of: a digit, each sign, none; `?` where that, or which digit, is less probable than THRESHOLD."""
    kinds = np.concatenate([[shares[:_N].sum()], shares[_N:]])
    best = int(kinds.argmax())
    symbol = DIGITS[int(ten.argmax())] if best == 0 else SYMBOLS[_N + best - 1]
    likely = float(min(kinds[0], ten.max()) if best == 0 else shares[SYMBOLS.index(symbol)])
    if symbol == NONE:
        alone = f"it looks like no digit and no sign ({looks_none:.0%})"
        why = alone if looks_none >= THRESHOLD else "what stands beside it is no number"
        return Told(mark, view, ten, shares, NONE, why)
    if likely < THRESHOLD:
        first, second = (SYMBOLS[int(i)] for i in np.argsort(-shares[:-1], kind="stable")[:2])
        return Told(mark, view, ten, shares, NONE, f"not sure: {first} or {second}")
    return Told(mark, view, ten, shares, symbol)


def _as_digit(told: Told) -> Told:
    return Told(told.mark, told.view, told.ten, told.shares, DIGITS[int(told.ten.argmax())])

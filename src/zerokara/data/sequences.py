"""Sequences made by rule: questions with their answers as texts, and rows of symbols and of numbers to be learned.

Everything is a function of its arguments, a seed among them. Only `rng.random()` and `rng.integers` are drawn from, and
waves are rounded to millionths before they become float32, so that the last bit of a machine's sine does not show.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from zerokara.arguments import is_number, is_whole, short
from zerokara.arrays import Array, generator
from zerokara.data.dataset import DataError
from zerokara.data.text.vocabulary import Vocabulary
from zerokara.refusing import speaking, speaking_methods

__all__ = [
    "CENTURY",
    "DATE_STYLES",
    "FIRST_DAY",
    "LAST_DAY",
    "Pairs",
    "adding_problem",
    "addition",
    "are_closed",
    "brackets",
    "date_in",
    "dates",
    "delayed_recall",
    "noisy_sine",
    "repeats",
]


@dataclass(frozen=True, eq=False)
class Pairs:
    """Questions and answers as texts, padded with blanks to one length each; every answer begins with "_".

    `questions` are all different. `numbers()` gives them as numbers of characters.
    """

    questions: tuple[str, ...]
    answers: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.questions)

    def vocabulary(self) -> Vocabulary:
        """The characters of all questions and answers, sorted."""
        letters = sorted({letter for texts in (self.questions, self.answers) for text in texts for letter in text})
        return Vocabulary.of(letters)

    def numbers(self, vocabulary: Vocabulary | None = None) -> tuple[Array, Array]:
        """Questions (n, T) and answers (n, U) as numbers of characters, int64."""
        vocabulary = vocabulary or self.vocabulary()
        found = [vocabulary.encode("".join(texts)).reshape(len(self), -1) for texts in (self.questions, self.answers)]
        return found[0], found[1]

    def select(self, index: Array) -> Pairs:
        """The pairs at `index`, whole numbers or a mask (n,)."""
        chosen = np.arange(len(self))[index].tolist()
        return Pairs(tuple(self.questions[i] for i in chosen), tuple(self.answers[i] for i in chosen))

    def cut(self, test: int) -> tuple[Pairs, Pairs]:
        """(training, test): the last `test` pairs are the test part."""
        if not is_whole(test) or not 0 < test < len(self):
            raise DataError(f"a test part has 1 to {len(self) - 1} of the {len(self)} pairs; got {short(test)}")
        index = np.arange(len(self))
        return self.select(index[:-test]), self.select(index[-test:])


def addition(count: int, digits: int = 3, seed: int = 0) -> Pairs:
    """Questions as "16+75  " and answers as "_91  ": `count` sums of two numbers of 1 to `digits` digits.

    A number: its length even in 1 … d, then its digits even in 0 … 9; zeros in front vanish, so "07" is 7. Pairs are
    unordered: whoever has 3+5 does not get 5+3 too. Padded to 2d + 1 and d + 2 characters.
    Errors: DataError for more pairs than there are, 10^d·(10^d + 1)/2.
    """
    _expect_sizes(count=count, digits=digits)
    numbers = 10**digits
    if count > numbers * (numbers + 1) // 2:
        raise DataError(f"there are {numbers * (numbers + 1) // 2:,} unordered sums of {digits} digits; got {count:,}")
    rng = generator(seed, "addition")
    seen: dict[tuple[int, int], tuple[int, int]] = {}
    while len(seen) < count:
        for a, b in _operands(rng, 2 * (count - len(seen)) + 16, digits):
            if len(seen) < count:
                seen.setdefault((min(a, b), max(a, b)), (a, b))
    questions = tuple(f"{a}+{b}".ljust(2 * digits + 1) for a, b in seen.values())
    return Pairs(questions, tuple(f"_{a + b}".ljust(digits + 2) for a, b in seen.values()))


def _operands(rng: np.random.Generator, count: int, digits: int) -> list[tuple[int, int]]:
    lengths = rng.integers(1, digits + 1, (count, 2))
    places = rng.integers(0, 10, (count, 2, digits)) * 10 ** np.arange(digits)
    values = (places * (np.arange(digits) < lengths[..., None])).sum(axis=-1)
    return [(int(a), int(b)) for a, b in values]


_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FIRST_DAY, LAST_DAY = datetime.date(1970, 1, 1), datetime.date(2017, 12, 31)
"""Between which a date of `dates` lies, both included."""

DATE_STYLES = ("M/D/YY", "Mon D, YYYY", "Month D, YYYY", "Weekday, Month D, YYYY")
"""How a date may be written, each one time in four."""

CENTURY = 100
"""More years than these are told apart by two digits no more."""


def date_in(day: datetime.date, style: int) -> str:
    """A day in one of DATE_STYLES, in English whatever the machine's language. DataError for another style."""
    if not is_whole(style) or not 0 <= style < len(DATE_STYLES):
        raise DataError(f"style is a number in {DATE_STYLES}, 0 to {len(DATE_STYLES) - 1}; got {short(style)}")
    month = _MONTHS[day.month - 1]
    if style == 0:
        return f"{day.month}/{day.day}/{day.year % 100:02}"
    if style == 1:
        return f"{month[:3]} {day.day}, {day.year}"
    written = f"{month} {day.day}, {day.year}"
    return written if style == 2 else f"{_WEEKDAYS[day.weekday()]}, {written}"


def dates(
    count: int,
    test: int = 0,
    seed: int = 0,
    *,
    styles: Sequence[int] = (0, 1, 2, 3),
    years: tuple[int, int] = (FIRST_DAY.year, LAST_DAY.year),
) -> tuple[Pairs, Pairs]:
    """(training, test): questions as "aug 27, 1994" padded to 29, answers "_1994-08-27"; `count` pairs in all.

    The day is even in the `years`, the first and the last of them included, the style in `styles`, numbers in
    DATE_STYLES; letters are as written ½, lower ¼, upper ¼ of the time. Every question is there once, and the days of
    the test part are in no question of the training part: as many as the share of the test part asks for, drawn first,
    are kept for it.
    Errors: DataError for more questions than there are days in so many styles, and for years or styles that cannot be.
    """
    _expect_sizes(count=count)
    if not is_whole(test) or not 0 <= test < count:
        raise DataError(f"a test part has 0 to {count - 1} of the {count} pairs; got {short(test)}")
    styles, (first, last) = _expect_styles(styles), _expect_years(years)
    rng = generator(seed, "dates")
    span = (last - first).days + 1
    order = rng.permutation(span)
    kept = round(span * test / count)
    if test and not kept:
        kept = 1
    parts = []
    for size, days in ((count - test, order[kept:]), (test, order[:kept])):
        if size > len(styles) * len(days):
            raise DataError(
                f"{size:,} questions need at least {-(-size // len(styles)):,} days; there are {len(days):,}: ask fewer"
            )
        parts.append(_dated(rng, size, days, first, styles))
    return parts[0], parts[1]


def _expect_styles(styles: Sequence[int]) -> list[int]:
    """Different numbers of styles, at least one."""
    found = list(styles) if isinstance(styles, Iterable) else []
    if not found or not all(is_whole(style) and 0 <= style < len(DATE_STYLES) for style in found):
        raise DataError(f"styles are numbers in {DATE_STYLES}, 0 to {len(DATE_STYLES) - 1}; got {short(styles)}")
    return [*dict.fromkeys(found)]


def _expect_years(years: tuple[int, int]) -> tuple[datetime.date, datetime.date]:
    """The first day and the last: years of four digits, a century of them at most."""
    two = isinstance(years, Sequence) and len(years) == 2
    if not two or not all(is_whole(year) and 1000 <= year <= 9999 for year in years):
        raise DataError(f"years are the first and the last, of four digits each; got {short(years)}")
    if not 0 <= years[1] - years[0] < CENTURY:
        raise DataError(f"years go from the first to the last, {CENTURY} at most; got {years[0]} to {years[1]}")
    return datetime.date(years[0], 1, 1), datetime.date(years[1], 12, 31)


def _dated(rng: np.random.Generator, count: int, days: Array, first: datetime.date, styles: list[int]) -> Pairs:
    found: dict[str, str] = {}
    while len(found) < count:
        n = count - len(found) + 16
        chosen, drawn, letters = rng.integers(0, len(days), n), rng.integers(0, len(styles), n), rng.integers(0, 4, n)
        for day, number, letter in zip(days[chosen].tolist(), drawn.tolist(), letters.tolist(), strict=True):
            date, style = first + datetime.timedelta(days=day), styles[number]
            written = date_in(date, style)
            question = (written, written, written.lower(), written.upper())[letter].ljust(29)
            if len(found) < count:
                found.setdefault(question, f"_{date.isoformat()}")
    return Pairs(tuple(found), tuple(found.values()))


def brackets(count: int, length: int = 20, seed: int = 0) -> tuple[list[str], Array]:
    """Rows of ( ) [ ] and whether every bracket is closed by its own kind in the right order: (texts, labels int64).

    Half of the rows are right (each an even draw of open and close, never closing what is not open), half of them have
    two neighbouring brackets of a right row exchanged, or one of another kind, so that they are wrong.
    Errors: DataError for a length that is odd: such a row is never right.
    """
    _expect_sizes(count=count, length=length)
    if length % 2:
        raise DataError(f"a row of brackets that close each other has an even length; got {length}")
    rng = generator(seed, "brackets")
    texts, labels = [], np.array([i % 2 for i in range(count)], np.int64)
    for right in labels:
        row = _closed(rng, length)
        texts.append(row if right else _broken(rng, row))
    order = rng.permutation(count)
    return [texts[i] for i in order], labels[order]


def are_closed(row: str) -> bool:
    """Whether every bracket of a row is closed by its own kind, in the right order. DataError for what is no text."""
    if not isinstance(row, str):
        raise DataError(f"a row of brackets is a text, as '([])'; got {short(row)}")
    open_: list[str] = []
    for letter in row:
        if letter in "([":
            open_.append(letter)
        elif not open_ or open_.pop() + letter not in ("()", "[]"):
            return False
    return not open_


def _closed(rng: np.random.Generator, length: int) -> str:
    row, open_ = "", ""
    for left in range(length, 0, -1):
        opens = not open_ or (len(open_) < left and rng.random() < 0.5)
        if opens:
            open_ += "(["[int(rng.random() < 0.5)]
            row += open_[-1]
        else:
            row, open_ = row + {"(": ")", "[": "]"}[open_[-1]], open_[:-1]
    return row


def _broken(rng: np.random.Generator, row: str) -> str:
    other = {"(": "[", "[": "(", ")": "]", "]": ")"}
    while True:
        i = int(rng.integers(0, len(row)))
        if rng.random() < 0.5 and i + 1 < len(row):
            wrong = row[:i] + row[i + 1] + row[i] + row[i + 2 :]
        else:
            wrong = row[:i] + other[row[i]] + row[i + 1 :]
        if not are_closed(wrong):
            return wrong


def repeats(
    count: int, length: int = 32, symbols: int = 32, shortest: int = 6, longest: int = 14, seed: int = 0
) -> Array:
    """Rows of p different symbols, repeated until the row is full: (count, length) int64, p even in shortest … longest.

    From the place p on, each symbol is the one p places before: to be known only by looking back.
    """
    _expect_sizes(count=count, length=length, symbols=symbols, shortest=shortest, longest=longest)
    if not shortest <= longest <= symbols:
        raise DataError(f"a row has {shortest} to {longest} different ones of {symbols} symbols: expected is an order")
    rng = generator(seed, "repeats")
    periods = rng.integers(shortest, longest + 1, count)
    order = np.argsort(rng.random((count, symbols)), axis=1, kind="stable")
    places = np.arange(length) % periods[:, None]
    return np.take_along_axis(order, places, axis=1).astype(np.int64)


def delayed_recall(
    length: int, delay: int = 5, symbols: int = 4, streams: int = 1, seed: int = 0
) -> tuple[Array, Array]:
    """Symbols x (streams, length), even in 0 … K − 1, and y[t] = x[t − delay]; −1 where there is none."""
    _expect_sizes(length=length, symbols=symbols, streams=streams)
    if not is_whole(delay) or delay < 0:
        raise DataError(f"delay is a whole number of steps, at least 0; got {short(delay)}")
    x = generator(seed, "recall").integers(0, symbols, (streams, length))
    y = np.full_like(x, -1)
    y[:, delay:] = x[:, : length - delay] if delay < length else x[:, :0]
    return x, y


def adding_problem(count: int, length: int = 50, seed: int = 0) -> tuple[Array, Array]:
    """Rows of numbers of which two are marked: x (count, length, 2) float32, y (count, 1) the sum of the marked ones.

    x[…, 0] is even in 0 … 1, x[…, 1] is 1 at one place in each half and 0 elsewhere. Who always says 1 has the mean
    square error 2/12 = 1/6. Hochreiter and Schmidhuber, 1997 (doi 10.1162/neco.1997.9.8.1735), without the signs.
    """
    _expect_sizes(count=count, length=length)
    if length < 2:
        raise DataError(f"two numbers are marked, so a row has at least 2; got {length}")
    rng = generator(seed, "adding")
    values = rng.random((count, length)).astype(np.float32)
    half = length // 2
    first, second = rng.integers(0, half, count), rng.integers(half, length, count)
    rows = np.arange(count)
    marks = np.zeros_like(values)
    marks[rows, first] = marks[rows, second] = 1
    return np.stack([values, marks], axis=-1), (values[rows, first] + values[rows, second])[:, None]


def noisy_sine(count: int = 1000, noise: float = 0.05, turns: float = 1.0, seed: int = 0) -> Array:
    """sin t + U(−noise, noise) at `count` points of 0 … turns·2π, both ends included: float32 (count,)."""
    _expect_sizes(count=count)
    for name, value in (("noise", noise), ("turns", turns)):
        if not is_number(value) or not np.isfinite(value):
            raise DataError(f"{name} is a finite number; got {short(value)}")
    angle = np.linspace(0, turns * 2 * np.pi, count)
    return np.round(np.sin(angle) + noise * (2 * generator(seed, "sine").random(count) - 1), 6).astype(np.float32)


def _expect_sizes(**sizes: int) -> None:
    for name, value in sizes.items():
        if not is_whole(value) or value < 1:
            raise DataError(f"{name} is a whole number, at least 1; got {short(value)}")


speaking(globals(), __all__)
speaking_methods(Pairs, "cut", "numbers", "select", "vocabulary", naming=False)

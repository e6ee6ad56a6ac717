"""Exercises by rule for the networks that answer: additions and dates, as rows of numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.data import sequences
from zerokara.data.text import Vocabulary
from zerokara.experiments.answering import Numbered
from zerokara.experiments.base import Arrays

TEST = 10
"""One question in so many is kept for the test."""


@dataclass(frozen=True, eq=False)
class Exercise:
    """Questions and answers of one kind, cut into training and test. overlap: what both parts have in common."""

    vocabulary: Vocabulary
    train: Numbered
    test: Numbered
    overlap: int

    def written(self, row: Array) -> str:
        """A row as text, without blanks at its end."""
        return self.vocabulary.decode(row).rstrip()

    def shown(self, count: int) -> Arrays:
        """The first test questions and their answers as texts, and the overlap."""
        return {
            "questions": np.array([self.written(row) for row in self.test.questions[:count]]),
            "right": np.array([self.written(row[1:]) for row in self.test.answers[:count]]),
            "overlap": np.array(self.overlap),
        }


def sums(count: int, digits: int, seed: int) -> Exercise:
    """`count` additions of numbers of up to `digits` digits; no two have the same numbers in either order."""
    pairs = sequences.addition(count, digits, seed)
    parts = pairs.cut(max(1, count // TEST))
    met = [{_operands(question) for question in part.questions} for part in parts]
    return _exercise(pairs.vocabulary(), *parts, overlap=len(met[0] & met[1]))


STYLES = dict(zip(("numbers", "short", "long", "weekday"), sequences.DATE_STYLES, strict=True))
"""What the styles of dates are called as settings."""


def style_numbers(styles: Sequence[str]) -> list[int]:
    """The numbers of styles in `DATE_STYLES`, in its order."""
    return [k for k, name in enumerate(STYLES) if name in styles]


def dates(count: int, seed: int, styles: Sequence[str] = tuple(STYLES)) -> Exercise:
    """`count` dates in these styles; the days of the test are in no question of the training."""
    parts = sequences.dates(count, max(1, count // TEST), seed, styles=style_numbers(styles))
    together = sequences.Pairs(parts[0].questions + parts[1].questions, parts[0].answers + parts[1].answers)
    return _exercise(together.vocabulary(), *parts, overlap=len({*parts[0].answers} & {*parts[1].answers}))


def style_of(question: str, among: Sequence[int] = (0, 1, 2, 3)) -> int:
    """Which of `DATE_STYLES` a date is written in, by its number.

    "May 5, 1990" is the second and the third: it is taken for the third, unless that is not `among` them.
    """
    if "/" in question:
        return 0
    if question.count(",") == 2:
        return 3
    if question.lower()[:3] == "may":
        return 2 if 2 in among else 1
    return 1 if len(question.split()[0]) == 3 else 2


def _operands(question: str) -> tuple[int, ...]:
    return tuple(sorted(int(number) for number in question.split("+")))


def _exercise(vocabulary: Vocabulary, train: sequences.Pairs, test: sequences.Pairs, *, overlap: int) -> Exercise:
    rows = [Numbered(*part.numbers(vocabulary)) for part in (train, test)]
    return Exercise(vocabulary, rows[0], rows[1], overlap)

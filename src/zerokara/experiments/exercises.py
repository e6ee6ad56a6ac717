"""Exercises by rule for the networks that answer: additions and dates, as rows of numbers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.data import sequences
from zerokara.data.text import Vocabulary
from zerokara.experiments.answering import Answered, Numbered, answered
from zerokara.experiments.base import Arrays
from zerokara.experiments.checks import Check, holds
from zerokara.experiments.found import Found
from zerokara.experiments.tongue import Tongue
from zerokara.models import Seq2Seq, count_parameters

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


def told_of(data: Exercise, model: Seq2Seq, learned: Answered, test: Numbered, count: int) -> Arrays:
    """How a training went, its first `count` answers as texts, once more each alone, and the parameters' number."""
    few = test.questions[:count]
    alone = [answered(model, Numbered(few[i : i + 1], test.answers[i : i + 1]))[0] for i in range(len(few))]
    return {
        "accuracies": learned.accuracies,
        "losses": learned.losses,
        "said": np.array([data.written(row) for row in learned.said[:count]]),
        "alone": np.array([data.written(row) for row in alone]),
        "parameters": np.array(count_parameters(model)),
    }


def answers_alike(found: Found, names: Iterable[str], t: Tongue) -> Check:
    """The law that all questions at once are answered like each alone, for the trainings of these names."""
    same = all((found[f"{name}.said"] == found[f"{name}.alone"]).all() for name in names)
    what = t("all questions at once are answered like each alone", "まとめて解いても 1 問ずつ解いても同じ答え")
    return holds(what, same, "A", law=True)


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

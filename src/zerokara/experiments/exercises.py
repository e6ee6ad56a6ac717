"""Exercises by rule for the networks that answer: additions and dates, as rows of numbers."""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.experiments.answering import Pairs
from zerokara.experiments.base import Arrays


@dataclass(frozen=True, eq=False)
class Exercise:
    """Questions and answers of one kind. `symbols`: what each number is; `overlap`: test questions met in training."""

    symbols: tuple[str, ...]
    train: Pairs
    test: Pairs
    overlap: int

    def written(self, row: Array) -> str:
        """A row as text, without blanks at its ends."""
        return "".join(self.symbols[i] for i in row).strip()

    def shown(self, count: int) -> Arrays:
        """The first test questions and their answers as texts, and the overlap."""
        return {
            "questions": np.array([self.written(row) for row in self.test.questions[:count]]),
            "right": np.array([self.written(row[1:]) for row in self.test.answers[:count]]),
            "overlap": np.array(self.overlap),
        }

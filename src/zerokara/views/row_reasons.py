"""What the columns of a row add to a network's answer: integrated gradients, from a row of nothing but means.

    a_i = x_i · mean over t in 0…1 of ∂S/∂x_i at t·x,     S(x) = S(0) + Σ a_i

x: the row's numbers, of which 0 is the mean of the training rows (of a column of words: none of the words). S: the
answer in its own unit, or where classes are told apart the score of the likeliest one, before softmax.

Sundararajan, Taly and Yan, "Axiomatic Attribution for Deep Networks", 2017.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import Tensor, gradients
from zerokara.data.tables import Table, read_rows
from zerokara.explain.scores import evaluation, scores_of
from zerokara.views.subject import Subject

STEPS = 256


@dataclass(frozen=True)
class Reasons:
    """One row: its answer, what the answer would be without all columns (S(0)), and what each column adds."""

    file: str
    line: int
    target: str
    answer: str | float
    without: float
    adds: dict[str, float]

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return dict(vars(self))


def reasons(path: Path, about: Subject, table: Table) -> Iterator[Reasons]:
    """What speaks for the answer to each row of a CSV file."""
    rows, where = read_rows(path)
    x = table.numbers(rows, where)
    unit = 1.0 if table.classes else table.std
    with evaluation(about.model):
        scores, nothing = scores_of(about.model, x), scores_of(about.model, np.zeros_like(x[:1]))[0]
        for i, place in enumerate(where):
            chosen = int(scores[i].argmax())
            adds = _by_column(unit * integrated(about, x[i], chosen), table)
            answer: str | float = about.called(chosen) if table.classes else float(table.answer(scores[i : i + 1])[0])
            without = float(nothing[chosen]) * unit + (0.0 if table.classes else table.mean)
            yield Reasons(str(path), int(place.rpartition(" ")[2]), table.target, answer, without, adds)


def integrated(about: Subject, x: Array, chosen: int) -> Array:
    """a (D,) float64 of one row x (D,), by the midpoint rule."""
    t = ((np.arange(STEPS) + 0.5) / STEPS).astype(np.float32)
    along = Tensor(t[:, None] * x, requires_grad=True)
    (slope,) = gradients(about.model(along)[:, chosen].sum(), [along])
    found: Array = x.astype(np.float64) * np.asarray(slope.data, np.float64).mean(axis=0)
    return found


def _by_column(added: Array, table: Table) -> dict[str, float]:
    """The sum over the numbers that each column became."""
    ends = np.cumsum([column.width for column in table.columns])
    parts = np.split(added, ends[:-1])
    return {column.name: float(part.sum()) for column, part in zip(table.columns, parts, strict=True)}

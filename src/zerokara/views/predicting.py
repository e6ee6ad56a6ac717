"""What a network answers to pictures and to rows of tables, one answer after another."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.data.tables import Table, read_rows
from zerokara.explain.scores import evaluation, scores_of
from zerokara.models.committee import softmax
from zerokara.views.preparing import View
from zerokara.views.subject import Subject

AT_A_TIME = 64
"""Pictures or rows that are in memory together."""


@dataclass(frozen=True, eq=False)
class Predicted:
    """An answer: to a picture (or a digit of it, called `name`), or to a line of a table.

    probabilities: (K,) float64, of the classes; None where the answer is a number, which is `value`.
    """

    file: str
    name: str
    line: int | None
    probabilities: Array | None
    value: float | None = None

    def best(self, count: int) -> list[int]:
        """The likeliest classes, at most `count` of them; 0 for all."""
        if self.probabilities is None:
            return []
        order = np.argsort(-self.probabilities, kind="stable")
        return [int(i) for i in (order[:count] if count else order)]

    def to_dict(self, about: Subject, top: int) -> dict[str, Any]:
        """As JSON can hold it."""
        where = {"file": self.file} | ({} if self.line is None else {"line": self.line})
        if self.probabilities is None:
            return {**where, "answer": self.value}
        told = [
            {"class": i, "name": about.called(i), "probability": float(self.probabilities[i])} for i in self.best(top)
        ]
        return {**where, "answer": told[0]["name"], "probability": told[0]["probability"], "best": told}


def of_views(views: Iterable[View], about: Subject) -> Iterator[Predicted]:
    """An answer for each view, in their order. ValueError where the network answers with other than its classes."""
    rest = iter(views)
    while some := list(islice(rest, AT_A_TIME)):
        found = shares(about, np.stack([view.x for view in some]))
        for view, probabilities in zip(some, found, strict=True):
            yield Predicted(view.file, view.name, None, probabilities)


def of_table(path: Path, about: Subject, table: Table) -> Iterator[Predicted]:
    """An answer for each row of a CSV file. DataError naming line and column of a value that cannot be used."""
    rows, where = read_rows(path)
    x = table.numbers(rows, where)
    lines = [int(place.rpartition(" ")[2]) for place in where]
    for start in range(0, len(x), AT_A_TIME):
        some, at = x[start : start + AT_A_TIME], lines[start : start + AT_A_TIME]
        if table.classes:
            for line, probabilities in zip(at, shares(about, some), strict=True):
                yield Predicted(str(path), path.name, line, probabilities)
        else:
            for line, value in zip(at, table.answer(_scores(about, some)), strict=True):
                yield Predicted(str(path), path.name, line, None, float(value))


def shares(about: Subject, x: Array) -> Array:
    """softmax(scores), (N, K) float64. ValueError if there are not as many as the classes have names."""
    scores = _scores(about, x)
    if scores.ndim != 2 or scores.shape[1] < 2:
        raise ValueError(f"{about.name} does not tell classes apart: it answers with {scores.shape[1:]} numbers")
    if about.classes and len(about.classes) != scores.shape[1]:
        raise ValueError(
            f"{about.name} tells {scores.shape[1]} classes apart, and there are names for {len(about.classes)}"
        )
    return np.asarray(softmax(scores))


def _scores(about: Subject, x: Array) -> Array:
    with evaluation(about.model):
        return np.asarray(scores_of(about.model, x))


def as_csv(found: Sequence[Predicted], about: Subject) -> bytes:
    """A table that opens in a spreadsheet: file, line, answer, its probability, and that of every class."""
    by_class = bool(found) and found[0].probabilities is not None
    lines = any(one.line is not None for one in found)
    named = list(about.classes) or [f"class {i}" for i in range(len(found[0].probabilities or ()))] if by_class else []
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["file", *(["line"] if lines else []), "answer", *(["probability", *named] if by_class else [])])
    for one in found:
        row: list[Any] = [one.file, *([one.line] if lines else [])]
        if one.probabilities is None:
            writer.writerow([*row, repr(one.value)])
            continue
        best = one.best(1)[0]
        shown = [f"{p:.6g}" for p in one.probabilities]
        writer.writerow([*row, about.called(best), shown[best], *shown])
    return text.getvalue().encode("utf-8-sig")

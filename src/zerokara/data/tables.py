"""Rows of a table as numbers that a network takes: columns of numbers, and columns of words.

A number becomes (x − mean) / std, mean and standard deviation of the training rows. A word becomes as many numbers as
the training rows have different words in that column: 1 at its own place and 0 elsewhere; a word that the training did
not know is 0 everywhere. A target that is a number is learned as (y − mean) / std, and turned back in the answer.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from zerokara.arrays import Array, Shape
from zerokara.data.dataset import DataError
from zerokara.data.listing import few

Row = Mapping[str, str]
MOST_WORDS = 200
"""Different words that a column may have: more are no categories, but names or text."""


@dataclass(frozen=True)
class Column:
    """A column: of numbers with their mean and standard deviation, or of words."""

    name: str
    mean: float = 0.0
    std: float = 1.0
    words: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """How many numbers it becomes."""
        return len(self.words) or 1

    def numbers(self, values: Sequence[str], where: Sequence[str]) -> Array:
        """(N,) texts → (N, width) float64. `where` names each row in an error."""
        if not self.words:
            found = [number(value, self.name, place) for value, place in zip(values, where, strict=True)]
            return (np.array(found, np.float64)[:, None] - self.mean) / self.std
        for value, place in zip(values, where, strict=True):
            _expect_filled(value, self.name, place)
        given = np.array([value.strip() for value in values], dtype=object)
        hot: Array = np.equal(given[:, None], np.array(self.words, dtype=object)).astype(np.float64)
        return hot

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the numbers that it becomes."""
        return tuple(f"{self.name}={word}" for word in self.words) or (self.name,)


@dataclass(frozen=True)
class Table:
    """The columns that a network learned from, in order, and what it answers.

    classes: their names, or () where the answer is a number (regression): answer · std + mean, of column `target`.
    """

    columns: tuple[Column, ...]
    target: str
    classes: tuple[str, ...] = ()
    mean: float = 0.0
    std: float = 1.0

    @property
    def shape(self) -> Shape:
        """(D,): how many numbers a row becomes."""
        return (sum(column.width for column in self.columns),)

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of these numbers."""
        return tuple(part for column in self.columns for part in column.parts)

    def numbers(self, rows: Sequence[Row], where: Sequence[str]) -> Array:
        """Rows → (N, D) float32. DataError names a column that is missing, and a value that is none."""
        lacking = [column.name for column in self.columns if rows and column.name not in rows[0]]
        if lacking:
            raise DataError(
                f"{where[0]}: the network learned from columns that are missing here: {', '.join(lacking)}; "
                f"it knows {', '.join(column.name for column in self.columns)}"
            )
        made = [column.numbers([row[column.name] for row in rows], where) for column in self.columns]
        return np.concatenate(made, axis=1).astype(np.float32)

    def targets(self, rows: Sequence[Row], where: Sequence[str]) -> Array:
        """What is to be learned: (N,) int64 classes, or (N, 1) float32 numbers, standardized."""
        if rows and self.target not in rows[0]:
            raise DataError(f"{where[0]}: there is no column {self.target}; there are {', '.join(rows[0])}")
        values = [row[self.target] for row in rows]
        if not self.classes:
            found = [number(value, self.target, place) for value, place in zip(values, where, strict=True)]
            return ((np.array(found, np.float64)[:, None] - self.mean) / self.std).astype(np.float32)
        places = {name: i for i, name in enumerate(self.classes)}
        labels = []
        for value, place in zip(values, where, strict=True):
            name = _expect_filled(value, self.target, place)
            if name not in places:
                raise DataError(f"{place}: the network never met {self.target} {name!r}; it knows {few(self.classes)}")
            labels.append(places[name])
        return np.array(labels, np.int64)

    def answer(self, y: Array) -> Array:
        """The network's numbers (N, 1) in the units of the target, float64 (N,)."""
        return y[:, 0].astype(np.float64) * self.std + self.mean

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it; `inputs_from` reads it."""
        return {"kind": "table", **asdict(self)}

    @classmethod
    def from_dict(cls, written: dict[str, Any]) -> Table:
        """What `to_dict` wrote. Raises ValueError, TypeError or KeyError for what no description can be."""
        columns = tuple(
            Column(str(c["name"]), *_scale(c), tuple(map(str, c.get("words", ())))) for c in written["columns"]
        )
        return cls(columns, str(written["target"]), tuple(map(str, written["classes"])), *_scale(written))


def _scale(written: Mapping[str, Any]) -> tuple[float, float]:
    mean, std = float(written.get("mean", 0.0)), float(written.get("std", 1.0))
    if not (math.isfinite(mean) and math.isfinite(std) and std > 0):
        raise ValueError(f"a column has a finite mean and a positive standard deviation; got {mean}, {std}")
    return mean, std


def read_rows(path: Path) -> tuple[list[dict[str, str]], list[str]]:
    """The rows of a CSV file by the names of its columns, and where each stands ("houses.csv, line 7").

    UTF-8 with or without a byte order mark; comma, semicolon or tab, whichever the first line has most of. Errors:
    DataError for a file that is no such table, with the line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not a table in UTF-8: {error.reason} at byte {error.start}") from error
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}") from error
    first = text.split("\n", 1)[0]
    reader = csv.reader(text.splitlines(keepends=True), delimiter=max(",;\t", key=first.count), strict=True)
    rows, where = [], []
    try:
        names = [name.strip() for name in next(reader, [])]
        _check_names(path, names)
        for cells in reader:
            if not cells:
                continue
            place = f"{path}, line {reader.line_num}"
            if len(cells) != len(names):
                raise DataError(f"{place}: {len(cells)} values for {len(names)} columns")
            rows.append(dict(zip(names, cells, strict=True)))
            where.append(place)
    except csv.Error as error:
        raise DataError(f"{path}, line {reader.line_num}: {error}") from error
    if not rows:
        raise DataError(f"{path} has no rows below the names of its columns")
    return rows, where


def _check_names(path: Path, names: list[str]) -> None:
    if not any(names):
        raise DataError(f"{path} has no columns: its first line has to name them")
    double = next((name for name in names if names.count(name) > 1 or not name), None)
    if double is not None:
        told = f"{names.count(double)} columns called {double!r}" if double else "a column without a name"
        raise DataError(f"{path} has {told}: each needs a name of its own")


def described(rows: Sequence[Row], where: Sequence[str], target: str) -> tuple[Table, dict[str, str]]:
    """The table that these training rows make: and the columns that say nothing, each with the reason it is left out.

    A column in which more than half of the values are numbers is one of numbers; the first value there that is none is
    an error, and so is an empty one. The target is a class if it is words, or whole numbers of at most 20 kinds.
    """
    if target not in rows[0]:
        raise DataError(f"{where[0]}: there is no column {target!r}; there are {', '.join(rows[0])}")
    columns, left_out = [], {}
    for name in rows[0]:
        if name == target:
            continue
        column, why = _column(name, [row[name] for row in rows], where)
        if column is None:
            left_out[name] = why
        else:
            columns.append(column)
    if not columns:
        raise DataError(f"{where[0].rpartition(', line')[0]} has no column besides {target} that says anything")
    return _with_target(tuple(columns), target, [row[target] for row in rows], where), left_out


def _column(name: str, values: Sequence[str], where: Sequence[str]) -> tuple[Column | None, str]:
    if _are_numbers(values):
        found = np.array([number(value, name, place) for value, place in zip(values, where, strict=True)])
        if np.ptp(found) == 0:
            return None, "all its values are the same"
        return Column(name, float(found.mean()), float(found.std())), ""
    words = sorted({_expect_filled(value, name, place) for value, place in zip(values, where, strict=True)})
    if len(words) == 1:
        return None, "all its values are the same"
    if len(words) > MOST_WORDS or (len(words) > 20 and 2 * len(words) > len(values)):
        return None, f"{len(words):,} different words are no categories"
    return Column(name, words=tuple(words)), ""


def _with_target(columns: tuple[Column, ...], target: str, values: Sequence[str], where: Sequence[str]) -> Table:
    if _are_numbers(values):
        found = np.array([number(value, target, place) for value, place in zip(values, where, strict=True)])
        kinds = np.unique(found)
        if len(kinds) > 20 or np.any(kinds != np.round(kinds)):
            if np.ptp(found) == 0:
                raise DataError(f"column {target} is {kinds[0]:g} in all rows: nothing is to be learned")
            return Table(columns, target, (), float(found.mean()), float(found.std()))
    names = {_expect_filled(value, target, place) for value, place in zip(values, where, strict=True)}
    if len(names) < 2:
        raise DataError(f"column {target} is {next(iter(names))!r} in all rows: at least two classes are needed")
    if len(names) > MOST_WORDS:
        raise DataError(f"column {target} has {len(names):,} different words; at most {MOST_WORDS} classes are learned")
    return Table(columns, target, tuple(sorted(names, key=_natural)))


def _natural(name: str) -> tuple[float, str]:
    """Classes that are numbers in the order of the numbers, others in that of the words."""
    return (float(name), name) if _is_number(name) else (math.inf, name)


def number(text: str, column: str, where: str) -> float:
    """A value of a column of numbers; DataError says where it is empty or no number."""
    value = _expect_filled(text, column, where)
    if not _is_number(value):
        raise DataError(f"{where}: column {column} holds numbers, and here {value[:40]!r}")
    return float(value)


def _expect_filled(text: str, column: str, where: str) -> str:
    value = text.strip()
    if value.casefold() in ("", "na", "n/a", "nan", "null", "none"):
        told = f"is {value!r}" if value else "is empty"
        raise DataError(f"{where}: column {column} {told}; fill it in, or leave the row or the column out")
    return value


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text)) and "_" not in text
    except ValueError:
        return False


def _are_numbers(values: Iterable[str]) -> bool:
    """Whether most of the values that are there are numbers."""
    there = [value for value in values if value.strip()]
    return 2 * sum(map(_is_number, there)) > len(there)

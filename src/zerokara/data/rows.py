"""A CSV file as a data set: "csv:FILE@COLUMN", with the column that is to be answered.

A fifth of the rows becomes the test part, always the same one. Means, standard deviations and words are those of the
training rows alone, so that the test part stays unseen.
"""

from __future__ import annotations

import warnings
from collections import Counter
from pathlib import Path

import numpy as np

from zerokara.arrays import Array
from zerokara.data.dataset import DataError, Dataset, Split, stratified
from zerokara.data.folder import TEST_SHARE
from zerokara.data.listing import few
from zerokara.data.tables import Row, Table, described, read_rows

PREFIX = "csv:"
LEAST = 10


def load_csv(name: str) -> Dataset:
    """The data set "csv:FILE@COLUMN": examples (N, D) float32, labels (N,) int64 or standardized targets (N, 1).

    Columns that say nothing are left out, which a warning tells. Errors: DataError naming file, line and column.
    """
    path, target = path_and_target(name)
    rows, where = read_rows(path)
    if len(rows) < LEAST:
        raise DataError(f"{path} has {len(rows)} rows; at least {LEAST} are needed for a training and a test part")
    if target not in rows[0]:
        raise DataError(f"{path} has no column {target!r}; it has {few(list(rows[0]))}")
    test = stratified(_sorting(path, rows, target), round(TEST_SHARE * len(rows)), seed=0)
    (train_rows, train_places), (test_rows, test_places) = (_chosen(rows, where, mask) for mask in (~test, test))
    table, left_out = described(train_rows, train_places, target)
    for column, why in left_out.items():
        warnings.warn(f"{path}: column {column} is left out: {why}", stacklevel=2)
    train = Split(table.numbers(train_rows, train_places), table.targets(train_rows, train_places))
    judged = Split(table.numbers(test_rows, test_places), table.targets(test_rows, test_places))
    return Dataset(name, train, judged, table.classes, f"{path}, a fifth of it the test part", table)


def read_judged_rows(name: str, known: Table) -> Dataset:
    """The rows of "csv:FILE" (or "csv:FILE@COLUMN") on which a network is judged that learned elsewhere: all of them.

    Errors: DataError naming a column that is missing, a class that the network never met, a value that is none.
    """
    path = Path(name.removeprefix(PREFIX)).expanduser()
    if not path.is_file():
        path, target = path_and_target(name)
        if target != known.target:
            raise DataError(f"{path}: the network learned to answer {known.target}, not {target}")
    rows, where = read_rows(path)
    judged = Split(known.numbers(rows, where), known.targets(rows, where))
    return Dataset(name, judged.take(0), judged, known.classes, str(path), known)


def path_and_target(name: str) -> tuple[Path, str]:
    """File and column of "csv:FILE@COLUMN"; either may have an @ in its name. DataError if there is no such file."""
    text = name.removeprefix(PREFIX)
    cuts = [i for i, letter in enumerate(text) if letter == "@"]
    found = ((Path(text[:i]).expanduser(), text[i + 1 :]) for i in cuts)
    for path, target in found:
        if path.is_file() and target:
            return path, target
    if Path(text).expanduser().is_file():
        raise DataError(f"{text}: say which column is to be answered: --target COLUMN")
    raise DataError(f"there is no table {text.rpartition('@')[0] or text}")


def _sorting(path: Path, rows: list[dict[str, str]], target: str) -> Array:
    """Numbers by which the test part is drawn evenly: the places of the target's values in their order."""
    values = [row[target].strip() for row in rows]
    counts = Counter(values)
    if len(counts) <= max(20, len(rows) // 10):
        alone = [value for value, count in counts.items() if count == 1 and value]
        if alone:
            raise DataError(
                f"{path}: only one row has {target} {alone[0]!r}; a class needs at least two, one to test it"
            )
    try:
        places = np.unique(np.array(values, np.float64), return_inverse=True)[1]
    except ValueError:  # words, or what `described` will name
        places = np.unique(values, return_inverse=True)[1]
    return places.astype(np.int64)


def _chosen(rows: list[dict[str, str]], where: list[str], mask: Array) -> tuple[list[Row], list[str]]:
    return [rows[i] for i in np.flatnonzero(mask)], [where[i] for i in np.flatnonzero(mask)]

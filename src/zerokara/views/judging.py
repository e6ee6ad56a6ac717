"""On which examples a network is judged: those of its own data, or others that are read as it learned to read."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from zerokara.data import DataError, Dataset, load
from zerokara.data.folder import PREFIX as FOLDER
from zerokara.data.folder import read_judged
from zerokara.data.inputs import Inputs, Pictures
from zerokara.data.rows import PREFIX as CSV
from zerokara.data.rows import read_judged_rows
from zerokara.data.tables import Table
from zerokara.recipes import Recipe


def examples(
    name: str, known: Inputs | None, *, is_other: bool, data_dir: str | os.PathLike[str] | None = None
) -> Dataset:
    """The data set `name` for a network whose inputs are `known`.

    is_other: whether it is not the one that the network learned from; a folder or a table is then read whole, by what
    is known. Raises DataError for classes that the network does not know, and for its own data if they have changed
    since: their classes might have other numbers now.
    """
    if is_other and known is not None:
        if name.startswith(FOLDER) and isinstance(known, Pictures):
            return read_judged(name, known)
        if name.startswith(CSV) and isinstance(known, Table):
            return read_judged_rows(name, known)
        if name.startswith((FOLDER, CSV)):
            takes = "pictures" if isinstance(known, Pictures) else "rows of a table"
            raise DataError(f"{name} does not fit a network that takes {takes}")
    dataset = load(name, data_dir=data_dir)
    if known is not None and known.classes and tuple(dataset.classes) != known.classes:
        raise DataError(_other_classes(name, tuple(dataset.classes), known.classes))
    if known is not None and not is_other and dataset.inputs is not None and dataset.inputs != known:
        raise DataError(f"{name} has changed since the training; judge the network on it as other data: --data {name}")
    return dataset


def _other_classes(name: str, there: tuple[str, ...], known: tuple[str, ...]) -> str:
    new, gone = sorted(set(there) - set(known)), sorted(set(known) - set(there))
    told = [f"{word} {', '.join(some[:8])}" for word, some in (("new:", new), ("missing:", gone)) if some]
    return f"{name} has other classes than the network knows ({'; '.join(told) or 'in another order'})"


@dataclass(frozen=True)
class OfFile(Recipe):
    """What stands in for a recipe where a network comes from a file that says none."""

    def __post_init__(self) -> None:
        """Nothing is checked: these are no settings of a training."""

    @classmethod
    def of(cls, file: Path, data: str) -> OfFile:
        """A network from `file`, judged on `data`."""
        return cls(name=file.stem, title=f"{file.name} on {data}", question="", data=data, model=file.name)

"""The table of data sets, and `load`, which finds one by its name."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from zerokara.data import mnist
from zerokara.data.dataset import DataError, Dataset
from zerokara.data.files import Found, data_root, find_idx, home
from zerokara.data.published import FASHION_MNIST, KMNIST, MNIST, Publication

DIGITS = tuple("0123456789")
GARMENTS = ("T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot")
KANA = ("お o", "き ki", "す su", "つ tsu", "な na", "は ha", "ま ma", "や ya", "れ re", "を wo")


@dataclass(frozen=True)
class Request:
    """How a data set is asked for: where its files lie, and whether missing ones may be fetched."""

    root: Path
    download: bool
    progress: Any


@dataclass(frozen=True)
class Entry:
    """A line of the table: what the data set is, and the function that loads it."""

    name: str
    description: str
    load: Callable[[Request], Dataset]


def _load_idx(publication: Publication, classes: tuple[str, ...], request: Request) -> Dataset:
    files = [_find_or_fetch(publication, file, request) for file in publication.files]
    return mnist.assemble(publication.name, classes, files)


def _find_or_fetch(publication: Publication, file: Any, request: Request) -> Found:
    found = find_idx(publication, file, request.root)
    if found is None:
        raise DataError(f"{publication.name}: {file.name} is not in {home(publication, request.root)}")
    return found


_ENTRIES = (
    Entry("mnist", "handwritten digits, 60,000 + 10,000, 28×28 grey", partial(_load_idx, MNIST, DIGITS)),
    Entry("fashion-mnist", "clothes, 60,000 + 10,000, 28×28 grey", partial(_load_idx, FASHION_MNIST, GARMENTS)),
    Entry("kmnist", "cursive Japanese, 60,000 + 10,000, 28×28 grey", partial(_load_idx, KMNIST, KANA)),
)
DATASETS: dict[str, Entry] = {entry.name: entry for entry in _ENTRIES}


def load(
    name: str, *, data_dir: str | os.PathLike[str] | None = None, download: bool = True, progress: Any = None
) -> Dataset:
    """Load a data set by its name (a key of DATASETS)."""
    if name not in DATASETS:
        near = difflib.get_close_matches(name, DATASETS, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise DataError(f"no data set is called {name!r}; {hint}known: {', '.join(DATASETS)}")
    return DATASETS[name].load(Request(data_root(data_dir), download, progress))

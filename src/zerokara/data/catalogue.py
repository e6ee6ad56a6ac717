"""The table of data sets, and `load`, which finds one by its name."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from zerokara.arguments import known, short
from zerokara.data import cifar, mnist
from zerokara.data.bundled import load_digits
from zerokara.data.dataset import DataError, Dataset, Split
from zerokara.data.download import by_hand, fetch
from zerokara.data.files import Found, belongs_elsewhere, candidates, data_root, find_idx, home
from zerokara.data.folder import PREFIX, load_folder
from zerokara.data.handwriting import handwriting
from zerokara.data.progress import Progress, show_transfers
from zerokara.data.published import CIFAR10, FASHION_MNIST, KMNIST, MNIST, Publication, PublishedFile
from zerokara.data.rows import PREFIX as CSV
from zerokara.data.rows import load_csv
from zerokara.data.toys import load_toy

_DIGITS = tuple("0123456789")
_GARMENTS = ("T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot")
_KANA = ("お", "き", "す", "つ", "な", "は", "ま", "や", "れ", "を")


@dataclass(frozen=True)
class Request:
    """How a data set is asked for: the folder of the data, whether missing files may be fetched, who is told."""

    root: Path
    download: bool
    progress: Progress | None


@dataclass(frozen=True)
class Entry:
    """One line of the table. `publication` names the files to fetch; None when nothing is fetched."""

    name: str
    description: str
    load: Callable[[Request], Dataset]
    publication: Publication | None = None


def load(
    name: str,
    *,
    data_dir: str | os.PathLike[str] | None = None,
    download: bool = True,
    progress: Progress | None = None,
) -> Dataset:
    """Load a data set: a key of DATASETS, "folder:PATH" for a folder of images with a sub-folder for each class, or
    "csv:FILE@COLUMN" for a table whose COLUMN is to be answered.

    Files are looked for in `data_dir`, else in the folder that ZEROKARA_DATA names, else in the user's cache folder:
    in a sub-folder with the data set's name first, then in the folder itself. Missing ones are downloaded into that
    sub-folder unless download=False; `progress` is called with each Transfer (None: a bar on a terminal, plain lines
    elsewhere; `silent`: nothing).
    Errors: DataError naming the data set or the file that cannot be used, or what to do by hand without a network.
    """
    if not isinstance(name, str):
        raise DataError(f'a data set is called by its name, as load("digits"); got {name!r}')
    if progress is not None and not callable(progress):
        raise TypeError(f"progress is a function of a Transfer, or None; got {short(progress)}")
    if name.startswith(PREFIX):
        return load_folder(name)
    if name.startswith(CSV):
        return load_csv(name)
    if name not in DATASETS:
        near = difflib.get_close_matches(name, DATASETS, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise DataError(
            f"no data set is called {name!r}; {hint}known: {', '.join(DATASETS)}, folder:PATH, csv:FILE@COLUMN"
        )
    return DATASETS[name].load(Request(data_root(data_dir), download, progress))


def place(name: str, data_dir: str | os.PathLike[str] | None = None) -> str:
    """Where a data set of DATASETS is, in words: with the installation, in a folder, or still to be fetched."""
    if not isinstance(name, str) or name not in DATASETS:
        raise DataError(f"no data set is called {short(name)}; known: {', '.join(DATASETS)}")
    publication = DATASETS[name].publication
    if publication is None:
        return "comes with the installation"
    root = data_root(data_dir)
    found = _copy(publication, root)
    return f"in {found}" if found else f"not here yet; fetch puts it into {home(publication, root)}"


def is_here(name: str, data_dir: str | os.PathLike[str] | None = None) -> bool:
    """Whether a data set of DATASETS can be loaded without a network. Raises ValueError for any other name."""
    publication = DATASETS[known("data set", name, DATASETS)].publication
    return publication is None or _copy(publication, data_root(data_dir)) is not None


def _copy(publication: Publication, root: Path) -> Path | None:
    """Where all files of a publication are, if they are there."""
    if publication is CIFAR10:
        return cifar.find(root)
    copies = [path for file in publication.files if (path := next(candidates(publication, file, root), None))]
    if len(copies) < len(publication.files) or belongs_elsewhere(publication, copies, root):
        return None
    return copies[0].parent


def _load_idx(publication: Publication, classes: tuple[str, ...], request: Request) -> Dataset:
    files = {file: find_idx(publication, file, request.root) for file in publication.files}
    missing = [file.name for file, found in files.items() if found is None]
    own = [found.path for found in files.values() if found and not found.published]
    if missing and own:
        raise DataError(f"{own[0].parent} lacks {', '.join(missing)}; own files go with own files, all four of them")
    return mnist.assemble(
        publication.name, classes, [found or _fetch_idx(publication, file, request) for file, found in files.items()]
    )


def _fetch_idx(publication: Publication, file: PublishedFile, request: Request) -> Found:
    _fetch(publication, file, request)
    found = find_idx(publication, file, request.root)
    if found is None:
        raise DataError(f"{home(publication, request.root) / file.name} vanished after its download")
    return found


def _load_hands(request: Request) -> Dataset:
    """MNIST's training part with a quarter as many digits in other hands; the test part is MNIST's alone."""
    read, written = _load_idx(MNIST, _DIGITS, request), handwriting(15_000)
    train = Split(
        np.concatenate([read.train.images, written.images]), np.concatenate([read.train.labels, written.labels])
    )
    return Dataset("mnist-hands", train, read.test, _DIGITS, f"{read.source}; and digits that formulas wrote")


def _load_cifar10(request: Request) -> Dataset:
    return cifar.read(cifar.find(request.root) or _fetch(CIFAR10, CIFAR10.files[0], request))


def _fetch(publication: Publication, file: PublishedFile, request: Request) -> Path:
    folder = home(publication, request.root)
    if not request.download:
        raise DataError(f"{publication.name}: {file.name} is not in {folder}; {by_hand(publication, folder)}")
    return fetch(publication, file, folder, request.progress or show_transfers())


def _idx(publication: Publication, description: str, classes: tuple[str, ...]) -> Entry:
    return Entry(publication.name, description, partial(_load_idx, publication, classes), publication)


def _toy(name: str, description: str) -> Entry:
    return Entry(name, description, lambda request: load_toy(name))


_ENTRIES = (
    Entry("digits", "handwritten digits, 1,437 + 360, 8×8, bundled: no network needed", lambda request: load_digits()),
    _idx(MNIST, "handwritten digits, 60,000 + 10,000, 28×28", _DIGITS),
    _idx(FASHION_MNIST, "pictures of clothes, 60,000 + 10,000, 28×28", _GARMENTS),
    _idx(KMNIST, "cursive Japanese characters, 60,000 + 10,000, 28×28", _KANA),
    Entry(
        "mnist-hands", "MNIST, and 15,000 digits as other countries write them, drawn by formulas", _load_hands, MNIST
    ),
    Entry("cifar10", "photographs in ten classes, 50,000 + 10,000, 32×32 colour", _load_cifar10, CIFAR10),
    _toy("moons", "two half circles that reach into each other, 1,000 + 500 points"),
    _toy("circles", "a circle around a circle, 1,000 + 500 points"),
    _toy("spirals", "three spiral arms, 1,000 + 500 points"),
    _toy("gaussians", "three round clouds, 1,000 + 500 points"),
    _toy("ring", "eight small clouds on a circle, 1,000 + 500 points"),
    _toy("xor", "four squares like a chessboard, 1,000 + 500 points"),
)
DATASETS: dict[str, Entry] = {entry.name: entry for entry in _ENTRIES}
"""name → how to load it. "digits" is the embedded default, which needs no network."""

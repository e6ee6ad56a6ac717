"""`zerokara data`: list, fetch, show; check in `data_check`."""

import json as json_format
from pathlib import Path
from typing import Annotated

import numpy as np
from cyclopts import Parameter

from zerokara.arguments import known
from zerokara.cli.console import columns, has_blocks, safe, say
from zerokara.cli.data_text import facts_of_texts, is_text, rows_of_texts, show_text
from zerokara.cli.errors import UsageError
from zerokara.cli.results import told, words
from zerokara.data import DATASETS, Dataset, Split, load, place
from zerokara.data.by_rule import SEQUENCES
from zerokara.data.text import TEXTS

Folder = Annotated[
    Path | None, Parameter(name="--data-dir", help="Folder with your own files; else ZEROKARA_DATA, else the cache.")
]
Name = Annotated[str, Parameter(help="A name from `zerokara data list`, or folder:PATH.")]
AsJson = Annotated[bool, Parameter(name="--json", help="One JSON object instead of text.")]


def list_sets(*, data_dir: Folder = None, json: AsJson = False) -> None:
    """List the data sets by name, and where they are."""
    if json:
        facts = {n: {"description": e.description, "place": place(n, data_dir)} for n, e in DATASETS.items()}
        say(json_format.dumps(facts | facts_of_texts(data_dir)))
        return
    rows = [[name, words(entry.description), safe(words(place(name, data_dir)))] for name, entry in DATASETS.items()]
    rows.append(["folder:PATH", told("own-images"), ""])
    for line in columns(rows + rows_of_texts(data_dir)):
        say(line)


def fetch(name: Name, *, data_dir: Folder = None) -> None:
    """Download a data set, unless it is there, and check it."""
    if is_text(name):
        show_text(name, data_dir=data_dir, json=False, brief=True)
        return
    dataset = _load(name, data_dir)
    say(told("is-there", name=safe(dataset.name), counts=_counts(dataset), source=safe(words(dataset.source))))


def check_set(name: str, *, data_dir: Path | None = None, json: bool = False) -> None:
    """Read a data set's files completely, without downloading: sizes, checksums, labels."""
    if is_text(name):
        show_text(name, data_dir=data_dir, json=json, download=False, brief=True)
        return
    dataset = _load(name, data_dir, download=False)
    if json:
        say(json_format.dumps(_facts(dataset)))
        return
    say(told("is-whole", name=safe(dataset.name), counts=_counts(dataset), source=safe(words(dataset.source))))


def show(name: Name, *, data_dir: Folder = None, json: AsJson = False) -> None:
    """Show how many examples there are of each class, and one of them; of a text its begin."""
    if is_text(name):
        show_text(name, data_dir=data_dir, json=json)
        return
    dataset = _load(name, data_dir)
    if json:
        say(json_format.dumps(_facts(dataset)))
        return
    shape, source = "×".join(map(str, dataset.train.shape)), safe(words(dataset.source))
    say(told("shown-set", name=safe(dataset.name), counts=_counts(dataset), shape=shape, source=source))
    say()
    rows = [[safe(c), f"{a:,}", f"{b:,}"] for c, a, b in zip(dataset.classes, *_per_class(dataset), strict=True)]
    for line in columns([[told("class"), told("training"), told("test")], *rows], right={1, 2}):
        say(line)
    if dataset.train.images.ndim == 4 and len(dataset.train):
        say()
        _draw(dataset.train, dataset.classes)


def _load(name: str, data_dir: Path | None, *, download: bool = True) -> Dataset:
    if not name.startswith("folder:"):
        try:
            known("data set", name, [*DATASETS, *TEXTS, *SEQUENCES])
        except ValueError as error:
            raise UsageError(str(error)) from error
    return load(name, data_dir=data_dir, download=download)


def _counts(dataset: Dataset) -> str:
    return told("counts", training=f"{len(dataset.train):,}", test=f"{len(dataset.test):,}")


def _per_class(dataset: Dataset) -> list[list[int]]:
    K = len(dataset.classes)
    return [np.bincount(part.labels, minlength=K).tolist() for part in (dataset.train, dataset.test)]


def _facts(dataset: Dataset) -> dict[str, object]:
    training, test = _per_class(dataset)
    return {
        "name": dataset.name,
        "source": dataset.source,
        "shape": list(dataset.train.shape),
        "classes": list(dataset.classes),
        "training": training,
        "test": test,
    }


def _draw(split: Split, classes: tuple[str, ...]) -> None:
    """The first example, a character or two for every pixel."""
    shades = " ░▒▓█" if has_blocks() else " .+#@"
    image = split.images[0].mean(axis=0)
    every = max(1, image.shape[1] // 32)
    for row in image[::every, ::every]:
        say("".join(2 * shades[int(value) * len(shades) // 256] for value in row).rstrip())
    say(f"({safe(classes[int(split.labels[0])])})")

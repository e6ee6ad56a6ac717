"""A folder with pictures of one's own, and the names of their classes."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from zerokara.arrays import Array
from zerokara.data.names import class_names
from zerokara.experiments.photographs import photograph

PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".ppm")
CLASS_COLUMNS = ("class", "label", "imagenet_index", "index")


def photographs(folder: Path, start: int, most: int, size: int) -> tuple[list[str], Array, list[str]]:
    """Names, pictures (N, size, size, 3) of 0 to 255, and labels ("" where there is none) of a folder, in its order.

    labels.csv has a column `file` and one of CLASS_COLUMNS; with it, only its pictures count, in its order.
    """
    labels = _labels(folder)
    files = list(labels) or sorted(path.name for path in folder.glob("*") if path.suffix.lower() in PICTURES)
    chosen = files[start : start + most]
    if not chosen:
        raise ValueError(f"{folder} has {len(files)} pictures, counted from 0; got start {start}")
    pictures = [fitted(Image.fromarray(photograph(str(folder / name))), size) for name in chosen]
    return chosen, np.stack(pictures), [labels.get(name, "") for name in chosen]


def _labels(folder: Path) -> dict[str, str]:
    file = folder / "labels.csv"
    if not file.is_file():
        return {}
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    columns = list(rows[0]) if rows else []
    column = next((name for name in CLASS_COLUMNS if name in columns), "")
    if "file" not in columns or not column:
        raise ValueError(f"{file} needs a column called file and one of {', '.join(CLASS_COLUMNS)}")
    return {str(row["file"]): str(row[column] or "") for row in rows}


def fitted(picture: Image.Image, size: int) -> Array:
    """The middle of a picture as a square: (size, size, 3) of 0 to 255."""
    return np.asarray(ImageOps.fit(picture.convert("RGB"), (size, size)))


def names_of(file: str, count: int) -> list[str]:
    """The first `count` lines of a file, or numbers as names where there is none."""
    if not file:
        return [str(k) for k in range(count)]
    try:
        names = class_names(Path(file))
    except OSError as error:
        raise ValueError(f"{file} cannot be read: {(error.strerror or 'it is not a file').lower()}") from error
    if len(names) < count:
        raise ValueError(f"{file} has {len(names)} names; the network has {count} classes")
    return list(names[:count])


def class_number(label: str, classes: Sequence[str]) -> int:
    """The number of a class, given by its number or its name; −1 for what is neither."""
    if label.isdecimal() and int(label) < len(classes):
        return int(label)
    return classes.index(label) if label in classes else -1

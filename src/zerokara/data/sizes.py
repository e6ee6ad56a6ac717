"""The size to which the pictures of a folder are brought, where nobody says one: chosen by the pictures themselves."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from zerokara.data.dataset import DataError
from zerokara.data.folder import PREFIX, path_and_size
from zerokara.data.listing import list_classes, list_images, parts_of
from zerokara.data.reading import picture_size

SIDES = (8, 12, 16, 20, 24, 28, 32, 40, 48, 64, 80, 96, 128, 160, 192, 224)
MOST, MOST_BYTES = 64, 2_000_000_000
"""The longest side from nothing, on a processor; and what the pixels of all pictures may take."""


@dataclass(frozen=True)
class Sizes:
    """What the pictures of a folder are like: how many, their middle (rows, columns), whether all have that size."""

    count: int
    middle: tuple[int, int]
    alike: bool


def sized(name: str, size: tuple[int, int] | None = None, channels: int | None = None) -> str:
    """The name "folder:PATH" as "folder:PATH@HxW": with `size`, or one for these pictures; if it has one it stays.

    channels: 1 or 3, where it is not for the pictures to say whether there is colour.

    Pictures that are all of one size of at most 64 pixels a side stay as they are. Else the longer side is the middle
    one of all, at most 64, and the shape is square, unless nearly all pictures have another one in common. A size by
    which the pixels of all would take more than 2 GB becomes a smaller one. Errors: DataError as `load`'s, and for a
    class of one picture, which could not be learned and tested both.
    """
    path, given, _ = path_and_size(name)
    found = look(path)
    if given is not None:
        return name
    rows, columns = size or _chosen(found)
    return f"{PREFIX}{name.removeprefix(PREFIX)}@{rows}x{columns}{f'x{channels}' if channels else ''}"


def look(root: Path) -> Sizes:
    """Read the beginning of every picture's file. Errors: as `sized`'s."""
    parts = parts_of(root)
    folders = [root] if parts is None else list(parts)
    classes = list_classes(folders[0])
    listed = [pair for folder in folders for pair in list_images(folder, classes)]
    for label, count in sorted(Counter(label for _, label in listed).items()):
        if count < 2:
            raise DataError(
                f"{folders[0] / classes[label]} holds one picture; a class needs at least two, one to test it"
            )
    sizes = [picture_size(path) for path, _ in listed]
    middle = np.median(np.array(sizes), axis=0).round().astype(int)
    shapes = np.array([w / h for h, w in sizes])
    ratio = float(np.median(shapes))
    same_shape = np.mean(np.abs(shapes / ratio - 1) < 0.1) >= 0.9
    side = int(min(middle))
    return Sizes(
        len(listed),
        (int(middle[0]), int(middle[1])) if same_shape else (side, side),
        alike=len(set(sizes)) == 1,
    )


def _chosen(found: Sizes) -> tuple[int, int]:
    rows, columns = found.middle
    if not (found.alike and max(rows, columns) <= MOST):
        longer = max(side for side in SIDES if side <= max(8, min(MOST, max(rows, columns))))
        rows, columns = (max(8, round(longer * n / max(found.middle))) for n in found.middle)
    while 3 * rows * columns * found.count > MOST_BYTES and min(rows, columns) >= 16:
        rows, columns = rows // 2, columns // 2
    return rows, columns

"""What goes with a network everywhere: how a picture becomes what it takes, and what its answers are called.

Training makes this description from the data, the run keeps it in its settings, an exported file in its metadata; and
`predict`, `evaluate` and `explain` read new pictures by it, in the very way in which the training pictures were read.
`tables.Table` is the same for rows of a table.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from zerokara.arguments import short
from zerokara.arrays import Array, Shape
from zerokara.data.dataset import Dataset
from zerokara.data.pictures import as_bytes, white_of
from zerokara.data.reading import in_channels, read_picture
from zerokara.data.tables import Column, Table


@dataclass(frozen=True)
class Pictures:
    """Pictures of one size. A network takes pixels / 255: (channels, height, width), grey, or red, green, blue.

    classes: the names of the answers. from_files: whether the network learned from picture files that were scaled to
    fill the size and cut (`read_picture`); False where its pictures came as arrays of that size, as MNIST's do. white:
    the number that is white in deep pictures (16 bits, fractions), where the training met such.
    """

    channels: int
    height: int
    width: int
    classes: tuple[str, ...]
    from_files: bool = True
    white: float | None = None

    @property
    def shape(self) -> Shape:
        """(C, H, W)."""
        return self.channels, self.height, self.width

    def pixels(self, source: Path | bytes) -> Array:
        """A picture file as the network learned to see it: (C, H, W) uint8. DataError names a file that is none."""
        picture = read_picture(source, (self.height, self.width))
        if picture.dtype != np.uint8:
            picture = as_bytes(picture, self.white or white_of(float(picture.max(initial=0))))
        return in_channels(picture, self.channels)

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it; `inputs_from` reads it."""
        return {"kind": "pictures", **asdict(self), "classes": list(self.classes)}

    @classmethod
    def from_dict(cls, written: dict[str, Any]) -> Pictures:
        """What `to_dict` wrote. Raises ValueError, TypeError or KeyError for what no description can be."""
        sizes = [written[name] for name in ("channels", "height", "width")]
        if not all(type(size) is int and 1 <= size <= 4096 for size in sizes) or sizes[0] not in (1, 3):
            raise ValueError(f"pictures have 1 or 3 channels, and sides of 1 to 4096 pixels; got {sizes}")
        white = written.get("white")
        channels, height, width = sizes
        classes = tuple(map(str, written["classes"]))
        return cls(channels, height, width, classes, bool(written.get("from_files", True)), white)


Inputs = Pictures | Table
"""What a network is given: pictures, or rows of a table."""

KINDS: dict[str, type[Pictures] | type[Table]] = {"pictures": Pictures, "table": Table}


def inputs_from(written: Any) -> Inputs:
    """The description that `to_dict` wrote. Raises ValueError for what is none."""
    try:
        return KINDS[written["kind"]].from_dict(written)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"this is no description of a network's inputs: {short(written)}") from error


def inputs_of(dataset: Dataset) -> Inputs:
    """How examples of a data set are read: as its files were; of one that came as arrays, as pictures of that size.

    Points of the plane, and other rows of numbers, are columns x, y (or x1, x2 …) as they are.
    """
    if dataset.inputs is not None:
        return dataset.inputs
    shape = dataset.train.shape
    if len(shape) == 3:
        return Pictures(shape[0], shape[1], shape[2], tuple(dataset.classes), from_files=False)
    names = ("x", "y") if shape == (2,) else tuple(f"x{i + 1}" for i in range(prod(shape)))
    return Table(tuple(map(Column, names)), "class", tuple(dataset.classes))

"""`read`: a picture in, the digits that somebody drew in it out."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.digits import shown
from zerokara.digits.image import Picture, Source, open_pages, open_picture
from zerokara.digits.look import Sight, look
from zerokara.digits.segment import Mark
from zerokara.digits.settle import settle
from zerokara.digits.shipped import load_reader
from zerokara.digits.spacing import with_gaps
from zerokara.digits.view import prepare
from zerokara.models.committee import Reader

NOTHING = "no digit found"


@dataclass(frozen=True, eq=False, repr=False)
class Digit:
    """One digit: the likeliest, the probabilities of all ten, where it stands, and the picture that the network saw.

    `box` is (left, top, right, bottom) in pixels of the upright picture, right and bottom exclusive; `view` is
    (28, 28) float32 in 0..1, ink bright.
    """

    digit: int
    probabilities: tuple[float, ...]
    box: tuple[int, int, int, int]
    view: Array

    def __repr__(self) -> str:
        return f"Digit({self.digit}, {max(self.probabilities):.1%}, box={self.box})"


@dataclass(frozen=True, eq=False, repr=False)
class Reading:
    """What was read in a picture: its digits from left to right, line by line; `text` has a line break between lines.

    Where there is no digit, `message` says so. `page` counts from 1 in a file of several pages, else it is 0.
    A notebook shows what the network saw of each digit, and how sure it is.
    """

    file: str
    digits: tuple[Digit, ...]
    text: str
    message: str = ""
    page: int = 0

    @property
    def name(self) -> str:
        """The file, and in a file of several pages the page: `scan.tiff, page 2`."""
        return f"{self.file}, page {self.page}" if self.page else self.file

    def __repr__(self) -> str:
        return f"Reading({self.name!r}: {' / '.join(self.text.splitlines()) or self.message})"

    def _repr_html_(self) -> str:
        return shown.reading(self.name, self.message, [(d.digit, d.probabilities, d.view) for d in self.digits])

    def to_dict(self) -> dict[str, Any]:
        """File, digits (digit, probabilities, box) and text, as JSON can hold them."""
        found = [{"digit": d.digit, "probabilities": list(d.probabilities), "box": list(d.box)} for d in self.digits]
        page = {"page": self.page} if self.page else {}
        told: dict[str, Any] = {"file": self.file, **page, "digits": found, "text": self.text}
        return told if found else told | {"message": self.message}

    def to_json(self) -> str:
        """`to_dict` as one line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False)


def read(source: Source, reader: Reader | None = None) -> Reading:
    """Read the digits in a picture: a file, its bytes, a Pillow image or an array (see `open_picture`).

    Of a file of several pages the first is read, and a warning says that there are more. Raises ReadError, in one
    sentence, for what is no picture. A picture without digits is no error: its reading is empty and says so.
    """
    picture = open_picture(source)
    if picture.pages > 1:
        warnings.warn(
            f"{picture.name} has {picture.pages} pages, of which the first is read; read_pages reads all", stacklevel=2
        )
    return _read(picture, reader)


def read_pages(source: Source, reader: Reader | None = None) -> Iterator[Reading]:
    """Read the digits on every page of a picture file, page by page: TIFF, GIF and other kinds that may have several.

    Raises ReadError as `read` does.
    """
    return (_read(picture, reader) for picture in open_pages(source))


def _read(picture: Picture, reader: Reader | None) -> Reading:
    if reader is not None and not isinstance(reader, Reader):
        raise TypeError(f"reader is what load_reader gives, or None; got {type(reader).__name__}")
    page = picture.page if picture.pages > 1 else 0
    sight = look(picture.pixels)
    if not sight.lines:
        return Reading(picture.name, (), "", NOTHING, page)
    reader = reader or load_reader()
    lines = [settle(line, lambda marks: _answers(marks, reader)[1].max(axis=1)) for line in sight.lines]
    views, answers = _answers([mark for line in lines for mark in line], reader)
    boxes = [_box(mark, sight, picture) for line in lines for mark in line]
    digits = tuple(_digit(p, box, view) for p, box, view in zip(answers, boxes, views, strict=True))
    named = iter(digits)
    text = with_gaps(lines, [[str(next(named).digit) for _ in line] for line in lines])
    return Reading(picture.name, digits, text, page=page)


def _answers(marks: list[Mark], reader: Reader) -> tuple[Array, Array]:
    """What the network sees of every mark, and what it says: (N, 28, 28) and (N, 10)."""
    views = np.stack([prepare(mark.ink) for mark in marks])
    return views, reader.probabilities(views)


def _digit(probabilities: Array, box: tuple[int, int, int, int], view: Array) -> Digit:
    return Digit(int(probabilities.argmax()), tuple(float(p) for p in probabilities), box, view)


def _box(mark: Mark, sight: Sight, picture: Picture) -> tuple[int, int, int, int]:
    """The mark's box in pixels of the upright picture."""
    left, top, right, bottom = mark.box
    x, y, unit = sight.left * picture.shrink, sight.top * picture.shrink, sight.scale * picture.shrink
    return (
        max(0, int(x + left * unit)),
        max(0, int(y + top * unit)),
        min(picture.width, int(np.ceil(x + right * unit))),
        min(picture.height, int(np.ceil(y + bottom * unit))),
    )

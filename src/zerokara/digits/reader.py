"""`read`: a picture in, the digits that somebody drew in it out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from zerokara.arrays import Array
from zerokara.digits.image import Picture, open_picture
from zerokara.digits.look import Sight, look
from zerokara.digits.segment import Mark
from zerokara.digits.settle import settle
from zerokara.digits.shipped import load_reader
from zerokara.digits.view import prepare
from zerokara.models.committee import Reader

NOTHING = "no digit found"


@dataclass(frozen=True, eq=False)
class Digit:
    """One digit: the likeliest, the probabilities of all ten, where it stands, and the picture that the network saw.

    `box` is (left, top, right, bottom) in pixels of the upright picture, right and bottom exclusive; `view` is
    (28, 28) float32 in 0..1, ink bright.
    """

    digit: int
    probabilities: tuple[float, ...]
    box: tuple[int, int, int, int]
    view: Array


@dataclass(frozen=True, eq=False)
class Reading:
    """What was read in a picture: its digits from left to right, line by line; `text` has a line break between lines.

    Where there is no digit, `message` says so.
    """

    file: str
    digits: tuple[Digit, ...]
    text: str
    message: str = ""

    def to_dict(self) -> dict[str, Any]:
        """File, digits (digit, probabilities, box) and text, as JSON can hold them."""
        found = [{"digit": d.digit, "probabilities": list(d.probabilities), "box": list(d.box)} for d in self.digits]
        told: dict[str, Any] = {"file": self.file, "digits": found, "text": self.text}
        return told if found else told | {"message": self.message}

    def to_json(self) -> str:
        """`to_dict` as one line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False)


def read(source: str | Path | Image.Image | Array, reader: Reader | None = None) -> Reading:
    """Read the digits in a picture: a file, a Pillow image or an array (see `open_picture`).

    Raises ReadError, in one sentence, for what is no picture. A picture without digits is no error: its reading is
    empty and says so.
    """
    picture = open_picture(source)
    sight = look(picture.pixels)
    if not sight.lines:
        return Reading(picture.name, (), "", NOTHING)
    reader = reader or load_reader()
    lines = [settle(line, lambda marks: _answers(marks, reader)[1].max(axis=1)) for line in sight.lines]
    views, answers = _answers([mark for line in lines for mark in line], reader)
    boxes = [_box(mark, sight, picture) for line in lines for mark in line]
    digits = tuple(_digit(p, box, view) for p, box, view in zip(answers, boxes, views, strict=True))
    named = iter(digits)
    return Reading(picture.name, digits, "\n".join("".join(str(next(named).digit) for _ in line) for line in lines))


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

"""`zerokara read --explain`: which strokes decided each digit, as a picture, in words and in numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from zerokara.arrays import Array
from zerokara.digits import Digit, Reader, Reading
from zerokara.io import write_atomically
from zerokara.io.png import as_pixels, png
from zerokara.wording import percent

if TYPE_CHECKING:
    from zerokara.digits.strokes import Decided

TIMES = 10


@dataclass(frozen=True, eq=False)
class Strokes:
    """What decided a digit, and the picture of it."""

    digit: int
    decided: Decided
    picture: Path

    def to_dict(self) -> dict[str, Any]:
        """For JSON: the parts of the digit with their shares, and the picture."""
        note = self.decided.explanation.note
        return {"places": self.decided.places, "picture": str(self.picture), **({"note": note} if note else {})}


@dataclass(frozen=True, eq=False)
class Refused:
    """A mark that was read as no digit."""

    digit: Digit

    def to_dict(self) -> dict[str, Any]:
        """For JSON: whether it was refused, and why, or is a sign; and what else it may be."""
        others = likely(self.digit)
        return {"why": f"refused: {self.digit.why} ({others})" if self.digit.why else f"a sign ({others})"}


def strokes(found: Reading, reader: Reader, folder: Path, taken: set[str]) -> Sequence[Strokes | Refused]:
    """Explain every mark of a reading; digits' pictures are written into the folder under names of their own."""
    from zerokara.digits.strokes import decided  # here: plain reading does without gradients

    marks: list[Strokes | Refused] = []
    names = _names(stem_of(found), taken)
    for digit in found.digits:
        if not digit.is_digit:
            marks.append(Refused(digit))
            continue
        what, name = decided(digit.view, digit.digit, reader), next(names)
        taken.add(name)
        marks.append(Strokes(digit.digit, what, write_atomically(folder / name, png(as_pixels(drawn(digit, what))))))
    return marks


def likely(digit: Digit) -> str:
    """What else a mark may be, with the probabilities: `5 61.0 %, s 20.0 %`."""
    return ", ".join(f"{symbol} {percent(share)}" for symbol, share in digit.alternatives[:3])


def stem_of(found: Reading) -> str:
    """What the pictures of a reading are called after: its file, and of several pages the page."""
    name = "stdin" if found.file == "-" else Path(found.file).name
    return f"{name}.page{found.page}" if found.page else name


def drawn(digit: Digit, what: Decided) -> Array:
    """The digit as the network saw it, with the heat over it: red to yellow for the digit, blue against it."""
    from zerokara.explain.pictures import enlarged, overlay

    return enlarged(overlay(0.5 * np.asarray(digit.view), what.map, most=1.0), TIMES)


def _names(stem: str, taken: set[str]) -> Iterator[str]:
    """`seven.png.strokes.png`, `seven.png.strokes-2.png` …"""
    number = 1
    while True:
        name = f"{stem}.strokes.png" if number == 1 else f"{stem}.strokes-{number}.png"
        if name not in taken:
            yield name
        number += 1

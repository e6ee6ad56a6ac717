"""`read`: a picture in, the digits that somebody drew in it out."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from zerokara.arguments import short
from zerokara.arrays import Array
from zerokara.digits import shown
from zerokara.digits.image import Picture, Source, open_pages, open_picture
from zerokara.digits.interpret import Looks, Told, digits_only, with_signs
from zerokara.digits.look import Sight, look
from zerokara.digits.segment import Mark
from zerokara.digits.shipped import for_reading
from zerokara.digits.spacing import with_gaps
from zerokara.digits.symbols import DIGITS, NONE, SYMBOLS
from zerokara.models.committee import Reader

NOTHING = "no digit found"
DOUBT = 0.8
"""Answers that are less probable are shown as uncertain, with the second likeliest beside them."""


@dataclass(frozen=True, eq=False, repr=False)
class Digit:
    """One mark: what it was read as, how probable that is, where it stands, and the picture that the networks saw.

    `symbol` is a digit, one of `. , - + × ÷ = / : % ¥ $ ( ) °`, or `?`: none of these, or too uncertain to say; then
    `why` says why. `digit` is the likeliest of the ten digits, with the `probabilities` of all ten if it is one, and
    `digit_probability` how probable it is that it is a digit at all. `alternatives` are the likeliest symbols with
    their probabilities, the first first; `?` stands for none of these. `box` is (left, top, right, bottom) in pixels of
    the upright picture, right and bottom exclusive; `view` is (28, 28) float32 in 0..1, ink bright.
    """

    digit: int
    probabilities: tuple[float, ...]
    box: tuple[int, int, int, int]
    view: Array
    symbol: str = ""
    digit_probability: float = 1.0
    alternatives: tuple[tuple[str, float], ...] = ()
    why: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.symbol, str):
            raise TypeError(f"a symbol is text, as '7' or '+'; got {short(self.symbol)}")
        if not self.symbol:
            object.__setattr__(self, "symbol", str(self.digit))

    @property
    def is_digit(self) -> bool:
        """Whether it was read as a digit."""
        return self.symbol in DIGITS

    @property
    def probability(self) -> float:
        """How probable it is that the mark is its symbol."""
        if self.is_digit:
            return self.digit_probability * self.probabilities[int(self.symbol)]
        return dict(self.alternatives).get(self.symbol, 0.0)

    @property
    def doubt(self) -> str:
        """`5 or 3` where the answer is uncertain, less probable than DOUBT; else nothing."""
        told = [symbol for symbol, share in self.alternatives if symbol != NONE and share >= 0.05][:2]
        return " or ".join(told) if self.probability < DOUBT and self.symbol != NONE and len(told) > 1 else ""

    def to_dict(self) -> dict[str, Any]:
        """Digit, probabilities, box, symbol and digit_probability, and for `?` why, as JSON can hold them."""
        told: dict[str, Any] = {"digit": self.digit, "probabilities": list(self.probabilities), "box": list(self.box)}
        told |= {"symbol": self.symbol, "digit_probability": self.digit_probability}
        return told | ({"why": self.why} if self.why else {})

    def __repr__(self) -> str:
        if self.is_digit:
            return f"Digit({self.digit}, {max(self.probabilities):.1%}, box={self.box})"
        return f"Digit({self.symbol!r}, {self.digit_probability:.1%} a digit, box={self.box})"


@dataclass(frozen=True, eq=False, repr=False)
class Reading:
    """What was read in a picture: its digits and signs from left to right, line by line.

    `text` has a line break between lines, and `?` for what is neither digit nor sign. Where there is no digit,
    `message` says so. `page` counts from 1 in a file of several pages, else it is 0.
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
        return shown.reading(self.name, self.message, [(d.symbol, d.probabilities, d.view) for d in self.digits])

    def to_dict(self) -> dict[str, Any]:
        """File, digits (digit, probabilities, box, symbol, digit_probability) and text, as JSON can hold them."""
        found = [digit.to_dict() for digit in self.digits]
        page = {"page": self.page} if self.page else {}
        told: dict[str, Any] = {"file": self.file, **page, "digits": found, "text": self.text}
        return told | ({"message": self.message} if self.message else {})

    def to_json(self) -> str:
        """`to_dict` as one line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False)


def read(source: Source, reader: Reader | None = None, *, digits_only: bool = False) -> Reading:
    """Read the digits and signs in a picture: a file, its bytes, a Pillow image or an array (see `open_picture`).

    With `digits_only` every mark is read as the digit that it resembles most, and dots and bars are left out. Of a file
    of several pages the first is read, and a warning says that there are more. Raises ReadError, in one sentence, for
    what is no picture. A picture without digits is no error: its reading says so.
    """
    picture = open_picture(source)
    if picture.pages > 1:
        warnings.warn(
            f"{picture.name} has {picture.pages} pages, of which the first is read; read_pages reads all", stacklevel=2
        )
    return _read(picture, reader, digits_only)


def read_pages(source: Source, reader: Reader | None = None, *, digits_only: bool = False) -> Iterator[Reading]:
    """Read every page of a picture file as `read` does, page by page: TIFF, GIF and other kinds that may have several.

    Raises ReadError as `read` does.
    """
    return (_read(picture, reader, digits_only) for picture in open_pages(source))


def _read(picture: Picture, reader: Reader | None, only_digits: bool) -> Reading:
    if reader is not None and not isinstance(reader, Reader):
        raise TypeError(f"reader is what load_reader gives, or None; got {type(reader).__name__}")
    page = picture.page if picture.pages > 1 else 0
    sight = look(picture.pixels)
    if not sight.lines and (only_digits or not any(mark.parts for mark in sight.rest)):
        return Reading(picture.name, (), "", NOTHING, page)
    own, symbols = for_reading()
    looks = Looks(reader or own, symbols)
    lines = digits_only(sight, looks) if only_digits else with_signs(sight, looks)
    if not lines:
        return Reading(picture.name, (), "", NOTHING, page)
    digits = tuple(_digit(told, _box(told.mark, sight, picture)) for line in lines for told in line)
    text = with_gaps(
        [[told.mark for told in line] for line in lines], [[told.symbol for told in line] for line in lines]
    )
    return Reading(picture.name, digits, text, _message(text), page)


def _message(text: str) -> str:
    """Nothing, where a digit or only signs were read; else how much was refused."""
    refused = text.count(NONE)
    if not refused or any(symbol in DIGITS for symbol in text):
        return ""
    return f"{NOTHING}: {refused} marks that are neither" if refused > 1 else f"{NOTHING}: a mark that is neither"


def _digit(told: Told, box: tuple[int, int, int, int]) -> Digit:
    likeliest = [int(i) for i in np.argsort(-told.shares, kind="stable")[:4]]
    alternatives = tuple((SYMBOLS[i], float(told.shares[i])) for i in likeliest)
    ten = tuple(float(p) for p in told.ten)
    return Digit(
        int(told.ten.argmax()), ten, box, told.view, told.symbol, told.digit_probability, alternatives, told.why
    )


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

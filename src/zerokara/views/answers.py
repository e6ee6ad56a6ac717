"""Networks that answer drawings: the reader, or any network of pictures, by the same questions.

A view is what the network is shown, before means and deviations: (H, W), or (H, W, 3) in colour, float32 in 0..1.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from zerokara import digits
from zerokara.arrays import Array
from zerokara.digits import Digit, Reader
from zerokara.digits.strokes import Together
from zerokara.explain.scores import evaluation, scores_of
from zerokara.models.committee import softmax
from zerokara.views import pen
from zerokara.views.preparing import digit_views, preparation, scaled, views
from zerokara.views.shrink import shrink
from zerokara.views.subject import DIGITS, READER, Subject

SIDE = 28
LARGEST = 512
"""Pixels along a side of the pictures of a network that can be drawn for."""

Found = tuple[tuple[Digit, ...], str]
"""What was found in a picture, and its text. Of a network of other classes `digit` is the number of a class."""


class Answers(ABC):
    """A network, and how drawings and pictures are shown to it."""

    def __init__(self, about: Subject) -> None:
        channels, height, width = about.shape
        if channels not in (1, 3) or max(height, width) > LARGEST:
            raise ValueError(
                f"{about.name} takes {channels} × {height} × {width}: drawings are shown to networks of 1 or 3 "
                f"channels and at most {LARGEST} pixels a side"
            )
        self.about = about
        self.how = preparation(about, "auto", None, None, False, None)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of a view: (H, W), or (H, W, 3)."""
        channels, height, width = self.about.shape
        return (height, width) if channels == 1 else (height, width, 3)

    @property
    def reads_digits(self) -> bool:
        """Whether each digit of a drawing is cut out and centred, as MNIST's are."""
        return self.how.way == "digit"

    def x(self, view: Array) -> Array:
        """(1, C, H, W) as the network takes it."""
        return scaled(np.asarray(view, np.float32), self.how)[None]

    def fitted(self, view: Array) -> Array:
        """A view of the reader's size, (28, 28), as one of this network's; its own are returned as they are."""
        if view.shape == self.shape:
            return np.asarray(view, np.float32)
        if not self.reads_digits:
            raise ValueError(f"{self.about.name} is shown pictures {self.shape}; got {view.shape}")
        return shrink(view, self.shape[0])

    def answered(self, view: Array, box: tuple[int, int, int, int] | None = None) -> Digit:
        """The answer to one view; `box` is where it stands in the picture."""
        p = self.probabilities(view)
        best = int(p.argmax())
        return Digit(
            best, tuple(map(float, p)), box or (0, 0, view.shape[1], view.shape[0]), view, self.about.called(best)
        )

    @abstractmethod
    def probabilities(self, view: Array) -> Array:
        """How probable each class is, (K,)."""

    @abstractmethod
    def drawn(self, ink: Array, *, glance: bool = False) -> tuple[Digit, ...]:
        """What is in a drawing whose ink (H, W) in 0..1 is known; with `glance` as quickly as can be: the pen moves."""

    @abstractmethod
    def picture(self, source: bytes | Array) -> Found:
        """What is in a picture, as the command line says it: the bytes of a file, or uint8 (H, W)."""


class ReaderAnswers(Answers):
    """The reader of drawn digits: five sights, several networks, honest probabilities."""

    def __init__(self, reader: Reader) -> None:
        super().__init__(Subject(READER, Together(reader), (1, SIDE, SIDE), DIGITS))
        self.reader = reader

    def probabilities(self, view: Array) -> Array:
        """Of `zerokara read`."""
        return np.asarray(self.reader.probabilities(view[None])[0])

    def drawn(self, ink: Array, *, glance: bool = False) -> tuple[Digit, ...]:
        """`pen.read_ink`."""
        return pen.read_ink(ink, self.reader, glance=glance)

    def picture(self, source: bytes | Array) -> Found:
        """`digits.read`."""
        reading = digits.read(source, self.reader)
        return reading.digits, reading.text


class NetworkAnswers(Answers):
    """A network by itself: one sight, softmax of its scores, as `zerokara explain --model` says them."""

    def probabilities(self, view: Array) -> Array:
        """softmax(scores)"""
        with evaluation(self.about.model):
            return np.asarray(softmax(scores_of(self.about.model, self.x(view)))[0])

    def drawn(self, ink: Array, *, glance: bool = False) -> tuple[Digit, ...]:
        """Each digit by itself; where the network tells other things apart, the whole drawing."""
        if not self.reads_digits:
            return self.picture(np.asarray(np.round(255 * (1 - ink)), np.uint8))[0] if np.any(ink > 0) else ()
        marks = pen.marks_of(ink)
        return tuple(self.answered(shrink(digits.prepare(mark.ink), self.shape[0]), mark.box) for mark in marks)

    def picture(self, source: bytes | Array) -> Found:
        """Views as `zerokara explain` makes them; nothing where digits are looked for and none is there."""
        found = (digit_views if self.reads_digits else views)(source, self.about, self.how)
        told = tuple(self.answered(one.shown, one.box) for one in found)
        return told, (", " if any(len(d.symbol) > 1 for d in told) else "").join(d.symbol for d in told)

"""A drawing whose ink is known from the strokes: read while the pen moves, without looking for ink on paper.

`digits.read` of a picture has to tell ink from paper first, as photographs need; that takes nearly all of its time.
Of a drawing made here the ink is known. What is left, `find_digits` → `prepare` → `Reader.probabilities`, takes a few
milliseconds, and gives the same digits with the same probabilities to about a thousandth.
"""

from __future__ import annotations

import numpy as np

from zerokara.arguments import array, checked
from zerokara.arrays import Array
from zerokara.digits import Digit, Reader, prepare
from zerokara.digits.ink import EDGE
from zerokara.digits.segment import Mark, find_digits

SIDE = 280
"""Pixels along a side of the drawing area."""


def as_ink(canvas: Array) -> Array:
    """uint8 (H, W), 255 where the pen pressed fully → ink (H, W) float32 in 0..1."""
    return np.asarray(canvas, np.float32) / np.float32(255)


def as_paper(canvas: Array) -> Array:
    """uint8 (H, W), 255 = full ink → uint8 (H, W), the picture of it: black ink on white paper."""
    return np.asarray(255 - np.asarray(canvas, np.uint8))


@checked({"ink": array(2)})
def read_ink(ink: Array, reader: Reader, *, glance: bool = False) -> tuple[Digit, ...]:
    """The digits of a drawing, line by line, each line from left to right; empty where nothing is drawn.

    Shapes: ink (H, W) float32 in 0..1. Boxes are in pixels of the ink. `glance`: what the first sight alone is sure of
    (`Reader.glanced`) is not looked at four times more.
    """
    marks = marks_of(ink)
    if not marks:
        return ()
    views = np.stack([prepare(mark.ink) for mark in marks])
    answers = (reader.glanced if glance else reader.probabilities)(views)
    return tuple(
        Digit(int(p.argmax()), tuple(map(float, p)), mark.box, view)
        for p, mark, view in zip(answers, marks, views, strict=True)
    )


def marks_of(ink: Array) -> list[Mark]:
    """The digits as marks with their ink, in reading order."""
    if not np.any(ink > EDGE):
        return []
    return [mark for line in find_digits(ink) for mark in line]

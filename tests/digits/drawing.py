"""Drawings for the tests: strokes of a digit on a sheet of any size, as a person with a mouse would leave them."""

from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw

from zerokara.arrays import generator
from zerokara.data.handwriting import write

PLAIN = {0: 0, 1: 7, 2: 0, 3: 0, 4: 0, 5: 0, 6: 0, 7: 2, 8: 0, 9: 0}  # a style of every digit that nobody mistakes


def mask(digit, size=(300, 300), at=(90, 70), height=160, pen=12, style=None, gap=None, seed=3):
    """How much ink lies where, (height, width) in 0..1; `gap` leaves out the middle part of every stroke."""
    sheet = Image.new("L", size)
    draw = ImageDraw.Draw(sheet)
    strokes = write(digit, generator(seed, digit), PLAIN[digit] if style is None else style, wobble=0)
    points = np.concatenate(strokes)
    for stroke in strokes:
        placed = (stroke - points.min(axis=0)) / np.ptp(points[:, 1]) * height + at
        for (x0, y0), (x1, y1) in pairwise(placed):
            draw.line((x0, y0, x1, y1), fill=255, width=pen)
            draw.ellipse((x1 - pen / 2, y1 - pen / 2, x1 + pen / 2, y1 + pen / 2), fill=255)
    ink = np.asarray(sheet, dtype=np.float64) / 255
    if gap is not None:
        ink = ink.copy()
        ink[gap[0] : gap[1]] = 0
    return ink


def picture(digit, ink=(0, 0, 0), paper=(255, 255, 255), **options):
    """A digit in one colour on another, RGB."""
    strength = mask(digit, **options)[..., None]
    return Image.fromarray((np.array(paper) * (1 - strength) + np.array(ink) * strength).round().astype(np.uint8))


def grey(digit, **options):
    """Black on white, mode L."""
    return picture(digit, **options).convert("L")

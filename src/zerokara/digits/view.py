"""The 28×28 picture that the network sees, prepared as MNIST's own digits were.

LeCun, Bottou, Bengio, Haffner, "Gradient-Based Learning Applied to Document Recognition", 1998, section III.A: the
digit is fitted into 20×20 with its proportions kept, antialiased, and placed with its centre of mass in the middle of
28×28.
Before that the stroke is brought to a width that MNIST's pens have: a hairline would vanish, a marker would blob.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from zerokara.arguments import array, checked
from zerokara.arrays import Array
from zerokara.digits.ink import EDGE, smooth
from zerokara.digits.quick import with_margin
from zerokara.digits.stroke import depth, redraw, stroke_width

SIDE = 28
FIT = 20
SMALL = 40  # the longer side of a drawing whose pixels are not much finer than its strokes
FINE = 4  # work pixels per pixel of the 20×20 box
THINNEST, THICKEST = 2.25, 3.9  # stroke width in pixels of the 20×20 box
MARGIN = 3 * FINE * 2


@checked({"ink": array(2)})
def prepare(ink: Array) -> Array:
    """One digit's ink (h, w), cut to its box, values 0..1 → the network's picture (28, 28) float32 in 0..1.

    Where the stroke's width is usual the ink keeps its greys; else it is redrawn from its outline.
    """
    ink = np.asarray(ink)
    if not ink.size or not np.any(ink > EDGE):
        raise ValueError(f"one digit's ink has pixels above {EDGE:g}; got an array {ink.shape} without any")
    ink = sharpen(ink) if max(ink.shape) < SMALL else ink
    mask = at_work_size(ink)
    pixel = max(mask.shape) / FIT
    width = stroke_width(depth(mask, max(mask.shape) // 3)) / pixel
    if THINNEST <= width <= THICKEST:
        return centre(fit_to_box(ink, EDGE))
    wanted = THINNEST if width < THINNEST else THICKEST
    return centre(fit_to_box(redraw(with_margin(mask, MARGIN, MARGIN), (wanted - width) / 2 * pixel), 0.5))


def sharpen(ink: Array) -> Array:
    """Undo some of the softness of a small picture: x + ½(x − smoothed x), so that a small loop keeps its hole."""
    framed = with_margin(ink, 2, 2)
    sharp: Array = np.clip(1.5 * framed - 0.5 * smooth(framed), 0, 1)
    return sharp[2:-2, 2:-2]


def at_work_size(ink: Array) -> Array:
    """The digit as a mask whose longer side has 80 to 160 pixels; hairlines of a large drawing are kept."""
    longest, size = max(ink.shape), FIT * FINE
    mask: Array = ink > EDGE
    if longest >= size:
        return _block_any(mask, longest // size)
    factor = size / longest
    wide, high = (max(1, round(side * factor)) for side in (ink.shape[1], ink.shape[0]))
    framed = with_margin(ink, 1, 1)
    box = (1.0, 1.0, 1.0 + ink.shape[1], 1.0 + ink.shape[0])
    fine = np.asarray(Image.fromarray(framed).resize((wide, high), Image.Resampling.BICUBIC, box=box))
    return np.asarray(fine > EDGE)


def _block_any(mask: Array, block: int) -> Array:
    H, W = (-(-size // block) for size in mask.shape)
    room = np.zeros((H * block, W * block), bool)
    room[: mask.shape[0], : mask.shape[1]] = mask
    return np.asarray(room.reshape(H, block, W, block).any(axis=(1, 3)))


def fit_to_box(drawn: Array, edge: float) -> Array:
    """Cut to the ink, then brought to a longer side of 20 pixels, antialiased."""
    edge = min(edge, 0.9 * float(drawn.max()))
    rows, columns = np.nonzero(drawn.max(axis=1) > edge)[0], np.nonzero(drawn.max(axis=0) > edge)[0]
    cut = drawn[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = FIT / max(cut.shape)
    wide, high = (max(1, round(side * scale)) for side in (cut.shape[1], cut.shape[0]))
    fitted: Array = np.clip(np.asarray(Image.fromarray(cut).resize((wide, high), Image.Resampling.BICUBIC)), 0, 1)
    return fitted


def centre(digit: Array) -> Array:
    """Place a picture in 28×28 so that its centre of mass falls in the middle, to the nearest pixel, never cut."""
    canvas = np.zeros((SIDE, SIDE), np.float32)
    place = []
    for axis in (0, 1):
        mass = digit.sum(axis=1 - axis, dtype=np.float64)
        middle = float((mass * (np.arange(mass.size) + 0.5)).sum() / mass.sum())
        place.append(int(np.clip(round(SIDE / 2 - middle), 0, SIDE - mass.size)))
    top, left = place
    canvas[top : top + digit.shape[0], left : left + digit.shape[1]] = digit
    return canvas

"""Where the ink is: a large picture is looked at from afar first, then from near where something is drawn."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from zerokara.arrays import Array
from zerokara.digits.ink import find_ink
from zerokara.digits.segment import Mark, find_marks
from zerokara.digits.sheet import find_sheet

COMFORTABLE = 1024  # a longer side of so many pixels shows every stroke, and is quick to look at
SMALL_PART = 0.6  # drawn on less than this part of either side, the picture is looked at again from near
MARGIN = 0.15


@dataclass(frozen=True)
class Sight:
    """Digits line by line; a point (x, y) of a mark's box lies at (left + x·scale, top + y·scale) of the pixels.

    `rest` are the marks that are too small or too flat for a digit, in no order.
    """

    lines: list[list[Mark]]
    left: int = 0
    top: int = 0
    scale: int = 1
    rest: list[Mark] = field(default_factory=list)


def look(pixels: Array) -> Sight:
    """Find the digits of a picture. Shapes: pixels (H, W, 3) in 0..1."""
    block = -(-max(pixels.shape[:2]) // COMFORTABLE)
    if block == 1:
        lines, rest = _marks(pixels)
        return Sight(lines, rest=rest)
    far, rest = _marks(reduced(pixels, block))
    if not far:
        return Sight(far, scale=block, rest=rest)
    left, top, right, bottom = _part(far, block, pixels.shape)
    if (right - left) > SMALL_PART * pixels.shape[1] or (bottom - top) > SMALL_PART * pixels.shape[0]:
        return Sight(far, scale=block, rest=rest)
    near = pixels[top:bottom, left:right]
    again = -(-max(near.shape[:2]) // COMFORTABLE)
    lines, beside = _marks(reduced(near, again))
    if sum(map(len, lines)) >= sum(map(len, far)):
        return Sight(lines, left, top, again, beside)
    return Sight(far, scale=block, rest=rest)


def _marks(pixels: Array) -> tuple[list[list[Mark]], list[Mark]]:
    """The marks on the sheet; where no digits are, what lies around may have been one that fills the picture."""
    sheet = find_sheet(pixels)
    lines, rest = find_marks(find_ink(sheet.pixels))
    return (lines, rest) if lines or sheet.certain else find_marks(find_ink(pixels))


def reduced(pixels: Array, block: int) -> Array:
    """Every block × block pixels become their mean; what does not fill a block at the right and below is left out."""
    if block == 1:
        return pixels
    H, W = (size // block for size in pixels.shape[:2])
    cut = pixels[: H * block, : W * block]
    mean: Array = np.einsum("ybxcd->yxd", cut.reshape(H, block, W, block, 3)) / np.float32(block * block)
    return mean


def _part(lines: list[list[Mark]], block: int, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """The part of the picture with all digits and some paper around them."""
    corners = np.array([mark.box for line in lines for mark in line]) * block
    left, top = corners[:, :2].min(axis=0)
    right, bottom = corners[:, 2:].max(axis=0)
    room = int(MARGIN * max(right - left, bottom - top)) + 4 * block
    return max(0, left - room), max(0, top - room), min(shape[1], right + room), min(shape[0], bottom + room)

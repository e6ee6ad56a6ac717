"""From the reader's 28×28 pictures to the size that another network was trained on."""

import numpy as np
from PIL import Image

from zerokara.arrays import Array

BLOCK = 4
"""The 8×8 digits are counts of ink in 4×4 blocks of a 32×32 picture in black and white."""

INK = 0.35


def shrink(view: Array, size: int) -> Array:
    """The digit in `view` (28, 28), values 0..1, as a picture (size, size) float32 of the kind of the 8×8 digits.

    It is cut to its ink, enlarged with its proportions kept until it fills the picture, made black and white, and
    counted in blocks (E. Alpaydin and C. Kaynak, 1998). At 28 pixels `view` is returned as it is.
    """
    if view.shape == (size, size):
        return view.astype(np.float32)
    fine = size * BLOCK
    cut = _cut(view)
    scale = fine / max(cut.shape)
    wide, high = (max(1, round(side * scale)) for side in (cut.shape[1], cut.shape[0]))
    large = np.asarray(Image.fromarray(cut).resize((wide, high), Image.Resampling.BICUBIC)) > INK
    canvas = np.zeros((fine, fine), np.float32)
    top, left = (fine - high) // 2, (fine - wide) // 2
    canvas[top : top + high, left : left + wide] = large
    counted: Array = canvas.reshape(size, BLOCK, size, BLOCK).mean(axis=(1, 3))
    return counted


def _cut(view: Array) -> Array:
    """The part of the picture that holds ink; all of it if there is none."""
    ink = view.astype(np.float32) > INK
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows):
        return view.astype(np.float32)
    return np.ascontiguousarray(view[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], dtype=np.float32)

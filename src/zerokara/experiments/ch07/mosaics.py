"""Many small pictures in one: filters or maps in rows, with a line between them."""

import numpy as np

from zerokara.arrays import Array

GAP = 1
BETWEEN = (0.55, 0.68, 0.86)
"""Red, green and blue of the lines, a colour that no grey picture has."""


def mosaic(pictures: Array, columns: int = 8) -> Array:
    """Pictures (N, H, W) with values in 0..1, so many in a row, as one picture (…, …, 3)."""
    N, H, W = pictures.shape
    columns = max(1, min(columns, N))
    rows = -(-N // columns)
    whole = np.tile(np.array(BETWEEN), (rows * (H + GAP) - GAP, columns * (W + GAP) - GAP, 1))
    for i, picture in enumerate(pictures):
        top, left = (i // columns) * (H + GAP), (i % columns) * (W + GAP)
        whole[top : top + H, left : left + W] = picture[:, :, None]
    return whole


def signed(values: Array, end: float | None = None) -> Array:
    """Numbers as greys: 0 is grey, `end` (the largest absolute value unless given) white and −`end` black."""
    end = float(np.abs(values).max(initial=0.0)) if end is None else end
    return 0.5 + 0.5 * np.clip(values / (end or 1.0), -1, 1)


def positive(values: Array, end: float | None = None) -> Array:
    """Numbers as greys: 0 is black, `end` (the largest value unless given) white."""
    end = float(values.max(initial=0.0)) if end is None else end
    return np.asarray(np.clip(values / (end or 1.0), 0, 1))

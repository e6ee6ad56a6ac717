"""Two things that NumPy can do too, but slowly for the small arrays of a mark, of which a page has hundreds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from zerokara.arrays import Array


def with_margin(x: Array, rows: int, columns: int, value: float = 0) -> Array:
    """The picture (H, W) with `rows` more rows above and below and `columns` more on both sides, all of one value."""
    H, W = x.shape
    wider = np.full((H + 2 * rows, W + 2 * columns), value, x.dtype)
    wider[rows : rows + H, columns : columns + W] = x
    return wider


def median(x: Array | Sequence[float]) -> Array:
    """The middle value along the first axis, or the mean of the two in the middle. `np.median` loads masked arrays."""
    x = np.asarray(x)
    low, high = (len(x) - 1) // 2, len(x) // 2
    ordered = np.partition(x, (low, high), axis=0)
    return np.asarray((ordered[low] + ordered[high]) / 2)

"""Fetching pixels while matrix products are computed, so that nobody waits for memory.

A block of tiles needs pixels that are far away: a copy of them is asked for, four rows of a tile after the other, while
the tiles of the products before keep the arithmetic busy. Asked for all at once they would queue up and be waited for.
"""

from typing import Any

import numpy as np

from zerokara.kernels.compiled.build import inner
from zerokara.kernels.compiled.simd import VECTOR_BYTES
from zerokara.kernels.compiled.vectors import Writer, instructions


@instructions
def _fetch_line(write: Writer, x: Any, at: Any) -> None:
    """Soon x[at] will be needed."""
    write.fetch(x, at)


_NARROW = 32  # channels; of such images whole tiles are fetched at a time, of others a row of a tile


@inner
def pieces(ahead):  # type: ignore[no-untyped-def]
    """How many pieces there are to fetch."""
    _, first, _, second, (_, _, size) = ahead
    return _pieces(first, size) + _pieces(second, size)


@inner
def _pieces(place, size):  # type: ignore[no-untyped-def]
    return place[-1] if place[0] <= _NARROW else place[-1] * size


@inner
def fetch(ahead, start, stop):  # type: ignore[no-untyped-def]
    """Fetch the pieces start…stop−1.

    ahead: two arrays of images, each followed by (channels, height, width, padding above and on the left, first tile,
    number of tiles), and (tiles below each other, beside each other, results along a side of one).
    """
    x, first, y, second, grid = ahead
    of_first = _pieces(first, grid[2])
    for piece in range(start, stop):
        if piece < of_first:
            _fetch_piece(x, first, grid, piece)
        else:
            _fetch_piece(y, second, grid, piece - of_first)


@inner
def _fetch_piece(images, place, grid, piece):  # type: ignore[no-untyped-def]
    """A tile or a row of one, as far as it is inside the image."""
    c, height, width, top, left, first, _ = place
    down, across, size = grid
    rows = size if c <= _NARROW else 1
    tile = np.uint64(first + piece * rows // size)
    line, j = tile // np.uint64(across), tile % np.uint64(across)
    n, i = line // np.uint64(down), line % np.uint64(down)
    row, column = np.int64(i) * size - top + piece * rows % size, np.int64(j) * size - left
    begin, end = max(column, 0), min(column + size, width)
    for here in range(max(row, 0), min(row + rows, height)):
        start = (np.int64(n) * height + here) * width
        for at in range((start + begin) * c, (start + end) * c, VECTOR_BYTES // images.itemsize):
            _fetch_line(images, at)

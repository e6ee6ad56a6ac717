"""Fetching pixels while matrix products are computed, so that nobody waits for memory.

A block of tiles needs pixels that are far away: a copy of them is asked for, a few lines of the cache after each tile
of the products before, which keep the arithmetic busy meanwhile. Asked for all at once they would queue up and be
waited for. Tiles follow each other as the rows of the images do, so what the next ones need lies in one piece.
"""

from typing import Any

from zerokara.kernels.compiled.build import inner
from zerokara.kernels.compiled.simd import VECTOR_BYTES
from zerokara.kernels.compiled.vectors import Writer, instructions


@instructions
def fetch_line(write: Writer, x: Any, at: Any) -> None:
    """Soon x[at] will be needed."""
    write.fetch(x, at)


@inner
def reach(tile, shape, grid, rows):  # type: ignore[no-untyped-def]
    """Where the images' memory ends that tiles before this one use, if they use so many rows and all columns."""
    if tile == 0:
        return 0
    c, height, width = shape
    top, _, down, across, size = grid
    last = tile - 1
    bottom = last // across % down * size - top + rows
    return (last // (down * across) * height + min(max(bottom, 0), height)) * width * c


@inner
def lines(ahead):  # type: ignore[no-untyped-def]
    """How many lines there are to fetch."""
    x, start, stop, _, start_too, stop_too = ahead
    return _lines(x, start, stop) + _lines(x, start_too, stop_too)


@inner
def _lines(x, start, stop):  # type: ignore[no-untyped-def]
    line = VECTOR_BYTES // x.itemsize
    return (stop - start + line - 1) // line


@inner
def fetch(ahead, first, last):  # type: ignore[no-untyped-def]
    """Fetch the lines first…last−1. ahead: an array, and from where up to where to fetch it; another, likewise."""
    x, start, stop, y, start_too, _ = ahead
    of_x, line = _lines(x, start, stop), VECTOR_BYTES // x.itemsize
    for k in range(first, min(last, of_x)):
        fetch_line(x, start + k * line)
    for k in range(max(first, of_x), last):
        fetch_line(y, start_too + (k - of_x) * line)

"""Tiles of Winograd's convolution: reading them, and whether their numbers go together.

The transforms add and subtract all pixels of a tile before the products take them apart again. A result therefore
carries rounding errors of all of them, also of those that its own window does not contain: beside a pixel of 10⁶ the
results that do not even see it would be off by 0.1, and beside an infinite one they would be no numbers. So tiles in
which large and small numbers meet are found, and summed up directly (see `winograd_direct`). With √Σ x² over all
channels as the size of a part,

    a tile is odd if its size is more than RATIO times the usual one, and RATIO times that of one of its windows,

or is infinite or no number. The usual size is 1/√(mean of 1/Σ x²) of the tiles in a block that are not zero: large ones
hardly count in it, three quarters of them may be extreme before it doubles. If the tiles are few, and one extreme pixel
may be in all of them, it counts as 0. Without it every tile at the border between darkness and light would be odd,
though errors in it are no larger than elsewhere.

In y a window is what one result sees: r×r pixels. In ∂L/∂w it is what one tap of the filters sees in this tile: m×m
pixels, or fewer at the end of the image; and the slopes are judged likewise, among those that meet a pixel.

While a tile is transformed its squares are added up lane by lane, for a multiplication and addition each; the lanes
are added when the block is done, those of several tiles at once. The windows are looked at
only in the few tiles that are so much larger than usual.
"""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from zerokara.kernels.compiled.build import inner, subkernel
from zerokara.kernels.compiled.rows import empty_row, zero_row
from zerokara.kernels.compiled.simd import VECTOR_BYTES
from zerokara.kernels.compiled.vectors import Writer, instructions

EDGE = 6
"""Pixels that a tile reads along one axis: as many as its results and the taps of a filter together, less one."""

RATIO = 16.0
"""How much larger than usual, and than its windows, a tile may be."""

_SQUARED = RATIO**2

FEW = 16
"""Tiles that are too few to say what is usual."""

Line = Sequence[Any]


def load_grid(write: Writer, size: int, x: Any, at: Any, along_row: Any, along_column: Any) -> list[Line]:
    """The vectors of size × size pixels from x[at…]."""
    return [
        [write.load(x, write.plus(at, write.plus(write.times(along_row, i), write.times(along_column, j))))
         for j in range(size)]
        for i in range(size)
    ]  # fmt: skip


def _of_cut(size: int) -> Any:
    @instructions
    def cut_out(
        write: Writer, x: Any, at: Any, along_row: Any, along_column: Any, room: Any, i: Any, j: Any, rows: Any,
        columns: Any, lanes: Any,
    ) -> None:  # fmt: skip
        """room = the first lanes of size × size pixels from x[at…], and zeros for what is not in the image.

        i, j: row and column of the first pixel; rows, columns: those of the image.
        """
        kept, nothing = write.lane_bits(lanes), write.constant(0.0)
        in_column = [write.bits_if(write.below(write.plus(j, q), columns)) for q in range(size)]
        masks = [write.mask(write.both(kept, bits)) for bits in in_column]
        for r in range(size):
            row = write.plus(at, write.times(along_row, r))
            with write.if_else(write.below(write.plus(i, r), rows)) as (then, otherwise):
                with then:
                    for q, mask in enumerate(masks):
                        pixel = write.load_lanes(x, write.plus(row, write.times(along_column, q)), mask)
                        write.store(pixel, room, (r * size + q) * write.lanes)
                with otherwise:
                    for q in range(size):
                        write.store(nothing, room, (r * size + q) * write.lanes)

    return cut_out


cut_out_6, cut_out_4, cut_out_2 = map(_of_cut, (6, 4, 2))


def add_squares(write: Writer, grid: Sequence[Line], sums: Any, at: Any) -> None:
    """sums[at + lane] += the squares of the grid's numbers."""
    totals = [write.load(sums, at), *(write.constant(0.0) for _ in range(3))]  # that one need not wait for the other
    for k, number in enumerate(itertools.chain(*zip(*grid, strict=True))):
        totals[k % 4] = write.multiply_add(number, number, totals[k % 4])
    write.store((totals[0] + totals[1]) + (totals[2] + totals[3]), sums, at)


@inner
def whole_vectors(count, lanes):  # type: ignore[no-untyped-def]
    """The least multiple of the lanes that is at least `count`."""
    return (count + lanes - 1) // lanes * lanes


@instructions
def _take(write: Writer, sums: Any, squares: Any, t: Any) -> None:
    """squares[t + k] = Σ over the lanes of sums[(t + k)·lanes…], for as many k as there are lanes."""
    at = write.times(t, write.lanes)
    vectors = [write.load(sums, write.plus(at, k * write.lanes)) for k in range(write.lanes)]
    write.store(write.sums_of_lanes(vectors), squares, t)


@inner
def take(sums, squares, count):  # type: ignore[no-untyped-def]
    """squares[t] = Σ over the lanes of sums[t·lanes…] for t < count, and more up to `whole_vectors`."""
    for t in range(0, count, VECTOR_BYTES // sums.itemsize):
        _take(sums, squares, t)


@instructions
def _count(write: Writer, squares: Any, t: Any, tally: Any) -> None:
    """tally[lane] += 1/squares[t + lane], and one vector later += 1, where that is a usable size."""
    size, one = write.load(squares, t), write.constant(1.0)
    for place, counted in (0, one / size), (write.lanes, one):
        write.store(write.load(tally, place) + write.where_between(0.0, size, np.inf, counted), tally, place)


@inner
def most_usual(squares, count, before):  # type: ignore[no-untyped-def]
    """The largest Σ x² that is usual among so many tiles; that of the block before, if these are too few to say.

    After the last one come zeros, up to `whole_vectors`.
    """
    if count < FEW:
        return before
    lanes = VECTOR_BYTES // squares.itemsize
    tally = zero_row(2 * lanes, squares.dtype)
    for t in range(0, count, lanes):
        _count(squares, t, tally)
    inverse, used = tally[0], tally[lanes]
    for lane in range(1, lanes):
        inverse += tally[lane]
        used += tally[lanes + lane]
    return squares.dtype.type(_SQUARED) * used / inverse if used >= FEW else squares.dtype.type(0)


@instructions
def _add_square(write: Writer, x: Any, at: Any, room: Any, place: Any, lanes: Any) -> None:
    """room[place…] += the squares of the first lanes of the vector x[at…]."""
    number = write.load_lanes(x, at, write.first_lanes(lanes))
    write.store(write.multiply_add(number, number, write.load(room, place)), room, place)


@instructions
def _fold(write: Writer, room: Any, at: Any, sums: Any, k: Any) -> None:
    """sums[k] = Σ over the lanes of room[at…]."""
    write.store_number(write.sum_of_lanes(write.load(room, at)), sums, k)


@inner
def _square_sums(x, shape, corner, size, room, sums):  # type: ignore[no-untyped-def]
    """sums[k] = Σ x² over all channels at each of size × size pixels, 0 outside of the image; returns Σ of all."""
    c, height, width = shape
    n, i, j = corner
    lanes = VECTOR_BYTES // x.itemsize
    room[: size * size * lanes] = 0
    for r in range(max(0, -i), min(size, height - i)):
        for q in range(max(0, -j), min(size, width - j)):
            at = ((n * height + i + r) * width + j + q) * c
            for k in range(0, c, lanes):
                _add_square(x, at + k, room, (r * size + q) * lanes, min(lanes, c - k))
    total = x.dtype.type(0)
    for k in range(size * size):
        _fold(room, k * lanes, sums, k)
        total += sums[k]
    return total


@inner
def _odd_pixels(x, shape, grid, tile, results, room, sums):  # type: ignore[no-untyped-def]
    """Whether a tile that is larger than usual is odd. results: the rows and columns that y has."""
    top, left, down, across, size = grid
    i, j = tile // across % down * size, tile % across * size
    here, over = min(size, results[0] - i), min(size, results[1] - j)
    total = _square_sums(x, shape, (tile // (down * across), i - top, j - left), EDGE, room, sums)
    taps, ratio = EDGE + 1 - size, x.dtype.type(RATIO**2)
    for row in range(here):
        for column in range(over):
            own = x.dtype.type(0)
            for p in range(taps):
                for q in range(taps):
                    own += sums[(row + p) * EDGE + column + q]
            if total > ratio * own:
                return True
    return not total < np.inf


@inner
def _odd_slopes(x, shape, g, results, grid, tile, room, sums):  # type: ignore[no-untyped-def]
    """The same for the pixels and slopes of ∂L/∂w. results: filters, rows and columns of g."""
    top, left, down, across, size = grid
    n, i, j = tile // (down * across), tile // across % down * size, tile % across * size
    here, over = min(size, results[1] - i), min(size, results[2] - j)
    total = _square_sums(x, shape, (n, i - top, j - left), EDGE, room, sums)
    slopes = sums[EDGE * EDGE :]
    total_slope = _square_sums(g, results, (n, i, j), size, room, slopes)
    taps, ratio = EDGE + 1 - size, x.dtype.type(RATIO**2)
    for p in range(taps):
        for q in range(taps):
            own, own_slope = x.dtype.type(0), x.dtype.type(0)  # 0 for a tap that sees nothing here
            for a in range(here):
                for b in range(over):
                    if 0 <= i - top + a + p < shape[1] and 0 <= j - left + b + q < shape[2]:
                        own += sums[(a + p) * EDGE + b + q]
                        own_slope += slopes[a * size + b]
            if total > ratio * own or total_slope > ratio * own_slope:
                return True
    return not (total < np.inf and total_slope < np.inf)


@subkernel("void(T[::1], UniTuple(i8, 3), UniTuple(i8, 5), UniTuple(i8, 2), i8[::1], u1[::1])", writes=("odd",))
def mark_odd(x, shape, grid, results, tiles, odd):  # type: ignore[no-untyped-def]
    """odd[k] = whether tile tiles[k], which is larger than usual, is odd. results: the rows and columns that y has."""
    lanes = VECTOR_BYTES // x.itemsize
    room, sums = empty_row(EDGE * EDGE * lanes, x.dtype), empty_row(EDGE * EDGE, x.dtype)
    for k in range(tiles.size):
        odd[k] = _odd_pixels(x, shape, grid, tiles[k], results, room, sums)


@subkernel("void(T[::1], UniTuple(i8, 3), T[::1], UniTuple(i8, 3), UniTuple(i8, 5), i8, u1[::1], i8)", writes=("odd",))
def mark_odd_slopes(x, shape, g, results, grid, tile, odd, at):  # type: ignore[no-untyped-def]
    """odd[at] = whether the pixels or the slopes of a tile are odd. results: filters, rows and columns of g."""
    lanes = VECTOR_BYTES // x.itemsize
    room, sums = empty_row(EDGE * EDGE * lanes, x.dtype), empty_row(2 * EDGE * EDGE, x.dtype)
    odd[at] = _odd_slopes(x, shape, g, results, grid, tile, room, sums)

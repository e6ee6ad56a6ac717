"""Tiles of Winograd's convolution that are summed up directly: those that are not even (see `winograd_tiles`).

There are hardly ever any. Where there are, the results of such a tile are computed once more by the register tiles of
the direct convolution, and overwrite what came out of the points; and from ∂L/∂w such a tile is kept away (its points
are zeros), and its products are added at the end.
"""

import numpy as np

from zerokara.kernels.compiled.build import inner, subkernel
from zerokara.kernels.compiled.rows import empty_row, zero_row
from zerokara.kernels.compiled.simd import ROWS, VECTOR_BYTES, copy
from zerokara.kernels.compiled.tiles import ADD, MASK, RELU, product
from zerokara.kernels.compiled.winograd_tiles import EDGE

_STEPS = 1024  # steps of a register tile at a time, as in `sliding`


@inner
def _packed_filters(w, order, first_vector, vectors):  # type: ignore[no-untyped-def]
    """packed[tap, c, f] = w[f, c, tap] for some vectors of filters, and a vector more that may be read."""
    filters, channels, along_filter, along_channel, turned, taps = order
    lanes, area = VECTOR_BYTES // w.itemsize, taps * taps
    step = vectors * lanes
    packed = zero_row(area * channels * step + 2 * lanes, w.dtype)
    for f in range(min(step, filters - first_vector * lanes)):
        for c in range(channels):
            source = (first_vector * lanes + f) * along_filter + c * along_channel
            for tap in range(area):
                packed[(tap * channels + c) * step + f] = w[source + (area - 1 - tap if turned else tap)]
    return packed


@inner
def _results_of_tile(  # type: ignore[no-untyped-def]
    x, shape, packed, bias, bias_at, low, judge, masked, y, results, grid, tile, first_vector, vectors
):
    """y of one tile, for some vectors of filters whose weights are `packed`."""
    c, height, width = shape
    f, rows, columns = results
    top, left, down, across, size = grid
    lanes, taps = VECTOR_BYTES // x.itemsize, EDGE + 1 - size
    step = vectors * lanes
    n, i, j = tile // (down * across), tile // across % down * size, tile % across * size
    block = zero_row(EDGE * EDGE * c, x.dtype)
    for p in range(max(0, top - i), min(EDGE, height + top - i)):
        for q in range(max(0, left - j), min(EDGE, width + left - j)):
            copy(block, (p * EDGE + q) * c, x, ((n * height + i - top + p) * width + j - left + q) * c, c)
    steps = empty_row(taps * taps * c, np.int64)
    for k in range(steps.size):
        steps[k] = (k // c // taps * EDGE + k // c % taps) * c + k % c
    places, outs = zero_row(size * size + ROWS, np.int64), zero_row(size * size + ROWS, np.int64)
    count = 0
    for p in range(min(size, rows - i)):
        for q in range(min(size, columns - j)):
            places[count], outs[count] = (p * EDGE + q) * c, (p * columns + q) * f
            count += 1
    nothing = zero_row(2 * lanes, x.dtype)
    end = MASK if masked else RELU if low == 0 else 0
    corner = ((n * rows + i) * columns + j) * f + first_vector * lanes
    for first in range(0, min(step, f - first_vector * lanes), 2 * lanes):
        used = min(2 * lanes, step - first, f - first_vector * lanes - first)
        for k in range(0, steps.size, _STEPS):
            last = k + _STEPS >= steps.size
            product(
                block, places, count, steps[k : k + _STEPS], packed, k * step + first, step,
                bias if k == 0 else nothing, bias_at + first if k == 0 else 0, y, outs, corner + first, used,
                (end if last else 0) | (ADD if k > 0 else 0), judge,
            )  # fmt: skip


@subkernel(
    "void(T[::1], UniTuple(i8, 3), T[::1], UniTuple(i8, 6), i8[::1], u1[::1], T[::1], i8, f8, T[::1], i8, T[::1], "
    "UniTuple(i8, 3), UniTuple(i8, 5), i8, i8)",
    writes=("y",),
)
def sum_odd(  # type: ignore[no-untyped-def]
    x, shape, w, order, tiles, odd, bias, bias_at, low, judge, masked, y, results, grid, first_vector, vectors
):
    """y of the tiles that are odd, for some vectors of filters."""
    packed = _packed_filters(w, order, first_vector, vectors)
    for k in range(tiles.size):
        if odd[k]:
            _results_of_tile(
                x, shape, packed, bias, bias_at, low, judge, masked, y, results, grid, tiles[k], first_vector, vectors
            )


@inner
def clear_points(work, v, plane, depth, block, t, points):  # type: ignore[no-untyped-def]
    """Zeros at all points of tile t, for `depth` vectors."""
    lanes = VECTOR_BYTES // work.itemsize
    for p in range(points):
        for k in range(depth):
            at = v + p * plane + (k * block + t) * lanes
            work[at : at + lanes] = 0


@subkernel(
    "void(T[::1], UniTuple(i8, 3), T[::1], UniTuple(i8, 3), UniTuple(i8, 5), u1[::1], T[::1], i8, i8)", writes=("w",)
)
def add_tiles(x, shape, g, results, grid, odd, w, vector, part):  # type: ignore[no-untyped-def]
    """w[f, c, tap] += Σ g·x over the tiles that are odd, for one vector of filters and as many channels."""
    c, height, width = shape
    f, rows, columns = results
    top, left, down, across, size = grid
    lanes, taps = VECTOR_BYTES // x.itemsize, EDGE + 1 - size
    filters, channels = min(lanes, f - vector * lanes), min(lanes, c - part * lanes)
    sums = zero_row(taps * taps * lanes * lanes, np.float64)
    for tile in range(odd.size):
        if not odd[tile]:
            continue
        n, i, j = tile // (down * across), tile // across % down * size, tile % across * size
        for place in range(size * size * taps * taps):
            a, b, tap = place // (taps * taps) // size, place // (taps * taps) % size, place % (taps * taps)
            if i + a >= rows or j + b >= columns:
                continue
            row, column = i + a - top + tap // taps, j + b - left + tap % taps
            seen = 0 <= row < height and 0 <= column < width
            slopes = g[((n * rows + i + a) * columns + j + b) * f + vector * lanes :]
            pixels = x[((n * height + row) * width + column) * c + part * lanes :] if seen else x
            for k in range(channels):
                pixel, at = np.float64(pixels[k]) if seen else 0.0, (tap * lanes + k) * lanes
                for lane in range(filters):
                    sums[at + lane] += pixel * slopes[lane]
    for lane in range(filters):
        for k in range(channels):
            target = ((vector * lanes + lane) * c + part * lanes + k) * taps * taps
            for tap in range(taps * taps):
                w[target + tap] += sums[(tap * lanes + k) * lanes + lane]

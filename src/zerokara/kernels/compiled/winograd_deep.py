"""Winograd's convolution where there are many filters and few tiles, as in the last layers of a network.

There U and W would be larger than any cache, and each of their numbers is used for a few tiles only: writing them down
and reading them again would take longer than the products. So V of all tiles is made first, by each thread for itself;
then, a few vectors of filters at a time, U is made, multiplied and forgotten (or W is summed up and transformed back).
Threads share the filters.
"""

import numpy as np

from zerokara.kernels.compiled.build import kernel
from zerokara.kernels.compiled.rows import empty_row, is_any
from zerokara.kernels.compiled.simd import VECTOR_BYTES, copy
from zerokara.kernels.compiled.vectors import unaligned
from zerokara.kernels.compiled.winograd_direct import add_tiles, clear_points, sum_odd
from zerokara.kernels.compiled.winograd_passes import (
    PAD,
    block_to_filters,
    block_to_points,
    clear,
    finish,
    pixels_to_points,
    slopes_to_points,
    whole_rows,
)
from zerokara.kernels.compiled.winograd_product import multiply, multiply_transposed
from zerokara.kernels.compiled.winograd_tiles import EDGE, mark_odd, mark_odd_slopes, most_usual, whole_vectors
from zerokara.kernels.compiled.winograd_transforms import POINTS

CHUNK = 4
"""Vectors of filters that are worked on at a time."""


@kernel(
    "void(T[::1], T[::1], T[::1], T[::1], T[::1], T[::1], UniTuple(i8, 12), UniTuple(i8, 6), UniTuple(i8, 3), i8, i8)",
    writes=("y", "work"),
)
def convolve_deep(x, w, bias, judge, y, work, plan, filters, extras, start, stop):  # type: ignore[no-untyped-def]
    """The vectors of filters start…stop−1 of y."""
    c, height, width, f, rows, columns, top, left, down, across, size, tiles = plan
    has_bias, relu, masked = extras
    lanes = VECTOR_BYTES // x.itemsize
    depth, vectors, block = (c + lanes - 1) // lanes, (f + lanes - 1) // lanes, whole_rows(tiles)
    v = unaligned(work)
    v_plane, m_plane = depth * block * lanes + PAD, CHUNK * block * lanes + PAD
    m = v + POINTS * v_plane
    u, u_plane = m + POINTS * m_plane, depth * CHUNK * lanes * lanes + PAD
    added = u + POINTS * u_plane
    scratch = added + vectors * lanes
    clear(work, added, scratch)
    if has_bias:
        copy(work, added, bias, 0, f)
    low = 0.0 if relu else -np.inf
    pixels, around = (c, height, width), (top, left, down, across, size)
    squares = empty_row(whole_vectors(tiles, lanes), x.dtype)
    large, many = empty_row(tiles, np.int64), 0  # tiles that are larger than usual
    pixels_to_points(x, pixels, around, 0, tiles, work, v, v_plane, block, squares)
    usual = most_usual(squares, tiles, x.dtype.type(0))
    for t in range(tiles):
        if not squares[t] <= usual:
            large[many] = t
            many += 1
    odd = empty_row(many, np.uint8)
    mark_odd(x, pixels, around, (rows, columns), large[:many], odd)
    some = is_any(odd)
    for first in range(start, stop, CHUNK):
        count = min(CHUNK, stop - first)
        for k in range(count):
            for part in range(depth):
                target = u + (k * depth + part) * lanes * lanes
                block_to_points(w, filters, first + k, part, work, target, u_plane, work, scratch)
        multiply(
            work, v, v_plane, block * lanes, depth, work, u, u_plane, depth * lanes * lanes, count,
            work, m, m_plane, block * lanes, block, POINTS, x, y, (0, 0, 0, 0),
        )  # fmt: skip
        finish(
            work, m, m_plane, block, added, low, judge, masked, y, (f, rows, columns), (down, across, size), 0, tiles,
            first, count,
        )  # fmt: skip
        if some:
            sum_odd(
                x, pixels, w, filters, large[:many], odd, work, added + first * lanes, low, judge, masked, y,
                (f, rows, columns), around, first, count,
            )  # fmt: skip


@kernel("void(T[::1], T[::1], T[::1], T[::1], UniTuple(i8, 12), i8, i8)", writes=("w", "work"))
def sum_over_tiles_deep(x, g, w, work, plan, start, stop):  # type: ignore[no-untyped-def]
    """The vectors of filters start…stop−1 of ∂L/∂w."""
    c, height, width, f, rows, columns, top, left, down, across, size, tiles = plan
    lanes = VECTOR_BYTES // x.itemsize
    depth, block = (c + lanes - 1) // lanes, whole_rows(tiles)
    v = unaligned(work)
    v_plane, d_plane = depth * block * lanes + PAD, CHUNK * block * lanes + PAD
    d = v + POINTS * v_plane
    sums, plane = d + POINTS * d_plane, depth * CHUNK * lanes * lanes + PAD
    scratch = sums + POINTS * plane
    pixels, results = (c, height, width), (f, rows, columns)
    around, exact = (top, left, down, across, size), (0, 0, down, across, size)
    sizes = empty_row(whole_vectors(tiles, lanes), x.dtype)
    slope_sizes = empty_row(sizes.size, x.dtype)
    odd = empty_row(tiles, np.uint8)
    pixels_to_points(x, pixels, around, 0, tiles, work, v, v_plane, block, sizes)
    usual = most_usual(sizes, tiles, x.dtype.type(0))
    for t in range(tiles):
        if not sizes[t] < np.inf:  # else 0 · ∞ would spoil the sum, whatever the slopes are
            clear_points(work, v, v_plane, depth, block, t, POINTS)
    for first in range(start, stop, CHUNK):
        count = min(CHUNK, stop - first)
        slopes_to_points(g, results, exact, 0, tiles, work, d, d_plane, block, first, count, slope_sizes)
        usual_slopes = most_usual(slope_sizes, tiles, x.dtype.type(0))
        for t in range(tiles):
            odd[t] = 0
            if not (sizes[t] <= usual and slope_sizes[t] <= usual_slopes):
                mark_odd_slopes(x, pixels, g, results, around, t, odd, t)
            if odd[t]:
                clear_points(work, d, d_plane, count, block, t, POINTS)
        some = is_any(odd)
        multiply_transposed(
            work, v, v_plane, block * lanes, depth, block // 4, work, d, d_plane, block * lanes, count,
            work, sums, plane, 0, POINTS, x, g, (0, 0, 0, 0),
        )  # fmt: skip
        for k in range(count):
            for part in range(depth):
                place = sums + (k * depth + part) * lanes * lanes
                block_to_filters(work, place, plane, w, (f, c, EDGE + 1 - size), first + k, part, work, scratch)
                if some:
                    add_tiles(x, pixels, g, results, around, odd, w, first + k, part)

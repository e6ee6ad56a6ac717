"""The kernels of Winograd's convolution, block of tiles by block. See `winograd` for the formulas and the layout."""

from typing import Any

import numpy as np

from zerokara.kernels.compiled.build import inner, kernel, subkernel
from zerokara.kernels.compiled.rows import empty_row, is_any, zero_row
from zerokara.kernels.compiled.simd import VECTOR_BYTES, copy
from zerokara.kernels.compiled.vectors import unaligned
from zerokara.kernels.compiled.winograd_ahead import reach
from zerokara.kernels.compiled.winograd_direct import add_tiles, clear_points, sum_odd
from zerokara.kernels.compiled.winograd_product import multiply, multiply_transposed
from zerokara.kernels.compiled.winograd_tiles import (
    EDGE,
    cut_out_2,
    cut_out_4,
    cut_out_6,
    mark_odd,
    mark_odd_slopes,
    most_usual,
    take,
    whole_vectors,
)
from zerokara.kernels.compiled.winograd_transforms import (
    POINTS,
    add_points,
    finish_masked_tile_2,
    finish_masked_tile_4,
    finish_tile_2,
    finish_tile_4,
    transform_filter_3,
    transform_filter_5,
    transform_filter_slopes_3,
    transform_filter_slopes_5,
    transform_pixels,
    transform_slopes_2,
    transform_slopes_4,
)

PAD = 48
"""Numbers between planes, that their distance is not a power of two."""


@kernel("void(T[::1], T[::1], T[::1], UniTuple(i8, 6), i8, i8)", writes=("u", "work"))
def filters_to_points(w, u, work, plan, start, stop):  # type: ignore[no-untyped-def]
    """u[p][vector][channel][lane] = (G w Gᵀ)[p] for the blocks (vector, block of channels) start…stop−1."""
    filters, channels, _, _, _, _ = plan
    lanes = VECTOR_BYTES // u.itemsize
    depth = (channels + lanes - 1) // lanes
    vectors = (filters + lanes - 1) // lanes
    plane = depth * vectors * lanes * lanes + PAD
    for unit in range(start, stop):
        vector, block = unit // depth, unit % depth
        target = unaligned(u) + (vector * depth + block) * lanes * lanes
        block_to_points(w, plan, vector, block, u, target, plane, work, unaligned(work))


def _to_points(taps: int) -> Any:
    """`block_to_points` for filters of so many taps: the loops over them are unrolled."""
    area, transform = taps * taps, transform_filter_3 if taps == 3 else transform_filter_5

    @inner
    def to_points(w, order, vector, block, u, u_at, plane, work, scratch):  # type: ignore[no-untyped-def]
        filters, channels, along_filter, along_channel, turned, _ = order
        lanes = VECTOR_BYTES // u.itemsize
        first, step = (area - 1, -1) if turned else (0, 1)
        for k in range(lanes):
            c = block * lanes + k
            if c < channels:
                for lane in range(lanes):
                    source = min(vector * lanes + lane, filters - 1) * along_filter + c * along_channel + first
                    for tap in range(area):
                        work[np.uint64(scratch + tap * lanes + lane)] = w[np.uint64(source + tap * step)]
            else:
                clear(work, scratch, scratch + area * lanes)
            transform(work, scratch, u, u_at + k * lanes, plane)

    return to_points


@inner
def clear(array, start, stop):  # type: ignore[no-untyped-def]
    """array[start…stop − 1] = 0."""
    for k in range(start, stop):
        array[np.uint64(k)] = 0


@subkernel(
    "void(T[::1], UniTuple(i8, 3), UniTuple(i8, 5), i8, i8, T[::1], i8, i8, i8, T[::1])", writes=("work", "squares")
)
def pixels_to_points(x, shape, grid, first, count, work, v, plane, block, squares):  # type: ignore[no-untyped-def]
    """V of the tiles first, first + 1, …; zeros up to a multiple of four, at least eight. squares: Σ x² of each."""
    c, height, width = shape
    top, left, down, across, size = grid
    lanes = VECTOR_BYTES // x.itemsize
    depth = (c + lanes - 1) // lanes
    sums, room = zero_row(whole_vectors(count, lanes) * lanes, x.dtype), empty_row(POINTS * lanes, x.dtype)
    for t in range(count):
        tile = first + t
        n, i, j = tile // (down * across), tile // across % down * size - top, tile % across * size - left
        source = ((n * height + i) * width + j) * c
        inside = i >= 0 and j >= 0 and i + EDGE <= height and j + EDGE <= width
        for k in range(depth):
            at, target, kept = source + k * lanes, v + (k * block + t) * lanes, min(lanes, c - k * lanes)
            along_row, along_column, whole = width * c, c, int(inside and kept == lanes)
            if not whole:
                cut_out_6(x, at, along_row, along_column, room, i, j, height, width, kept)
                at, along_row, along_column = 0, EDGE * lanes, lanes
            transform_pixels(x, room, whole, at, along_row, along_column, sums, t * lanes, work, target, plane)
    take(sums, squares, count)
    _clearwhole_rows(work, v, plane, depth, block, count, lanes)


@subkernel(
    "void(T[::1], UniTuple(i8, 3), UniTuple(i8, 5), i8, i8, T[::1], i8, i8, i8, i8, i8, T[::1])",
    writes=("work", "squares"),
)
def slopes_to_points(g, shape, grid, first, count, work, d, plane, block, first_vector, vectors, squares):  # type: ignore[no-untyped-def]
    """D of the tiles first, first + 1, … for some vectors of filters; then zeros as in `pixels_to_points`."""
    f, rows, columns = shape
    _, _, down, across, size = grid
    lanes = VECTOR_BYTES // g.itemsize
    sums, room = zero_row(whole_vectors(count, lanes) * lanes, g.dtype), empty_row(POINTS * lanes, g.dtype)
    for t in range(count):
        tile = first + t
        n, i, j = tile // (down * across), tile // across % down * size, tile % across * size
        source = ((n * rows + i) * columns + j) * f
        inside = i + size <= rows and j + size <= columns
        for k in range(vectors):
            filter_ = (first_vector + k) * lanes
            at, target, kept = source + filter_, d + (k * block + t) * lanes, min(lanes, f - filter_)
            along_row, along_column, whole = columns * f, f, int(inside and kept == lanes)
            if not whole:
                if size == 4:
                    cut_out_4(g, at, along_row, along_column, room, i, j, rows, columns, kept)
                else:
                    cut_out_2(g, at, along_row, along_column, room, i, j, rows, columns, kept)
                at, along_row, along_column = 0, size * lanes, lanes
            if size == 4:
                transform_slopes_4(g, room, whole, at, along_row, along_column, sums, t * lanes, work, target, plane)
            else:
                transform_slopes_2(g, room, whole, at, along_row, along_column, sums, t * lanes, work, target, plane)
    take(sums, squares, count)
    _clearwhole_rows(work, d, plane, vectors, block, count, lanes)


@inner
def _clearwhole_rows(work, v, plane, depth, block, count, lanes):  # type: ignore[no-untyped-def]
    """Zero the rows from `count` up to what the product reads."""
    rows = whole_rows(count)
    if rows > count:
        for p in range(POINTS):
            for k in range(depth):
                clear(work, v + p * plane + (k * block + count) * lanes, v + p * plane + (k * block + rows) * lanes)


@inner
def whole_rows(count):  # type: ignore[no-untyped-def]
    """The number of rows that the product works on."""
    return max(8, (count + 3) // 4 * 4)


@kernel(
    "void(T[::1], T[::1], T[::1], T[::1], T[::1], T[::1], T[::1], UniTuple(i8, 12), UniTuple(i8, 6), UniTuple(i8, 3), "
    "i8, i8)",
    writes=("y", "work"),
)
def convolve(x, w, u, bias, judge, y, work, plan, filters, extras, start, stop):  # type: ignore[no-untyped-def]
    """The tiles start…stop−1 of y."""
    c, height, width, f, rows, columns, top, left, down, across, size, block = plan
    has_bias, relu, masked = extras
    lanes = VECTOR_BYTES // x.itemsize
    depth, vectors = (c + lanes - 1) // lanes, (f + lanes - 1) // lanes
    v = unaligned(work)
    v_plane, m_plane = depth * block * lanes + PAD, vectors * block * lanes + PAD
    m = v + POINTS * v_plane
    added = m + POINTS * m_plane
    u_plane = depth * vectors * lanes * lanes + PAD
    clear(work, added, added + vectors * lanes)
    if has_bias:
        copy(work, added, bias, 0, f)
    low = 0.0 if relu else -np.inf
    pixels, results = (c, height, width), (f, rows, columns)
    around, exact = (top, left, down, across, size), (0, 0, down, across, size)
    squares, usual = empty_row(whole_vectors(block, lanes), x.dtype), x.dtype.type(0)
    large, many = empty_row(stop - start, np.int64), 0  # tiles that are larger than usual
    for first in range(start, stop, block):
        count = min(block, stop - first)
        after, end = first + count, min(stop, first + count + block)
        pixels_to_points(x, pixels, around, first, count, work, v, v_plane, block, squares)
        ahead = (
            *(reach(first, results, exact, size), reach(after, results, exact, size)),
            *(reach(after, pixels, around, EDGE), reach(end, pixels, around, EDGE)),
        )
        multiply(
            work, v, v_plane, block * lanes, depth, u, unaligned(u), u_plane, depth * lanes * lanes, vectors,
            work, m, m_plane, block * lanes, whole_rows(count), POINTS, y, x, ahead,
        )  # fmt: skip
        finish(
            work, m, m_plane, block, added, low, judge, masked, y, results, (down, across, size), first,
            count, 0, vectors,
        )  # fmt: skip
        usual = most_usual(squares, count, usual)
        for t in range(count):
            if not squares[t] <= usual:
                large[many] = first + t
                many += 1
    if many > 0:
        odd = empty_row(many, np.uint8)
        mark_odd(x, pixels, around, (rows, columns), large[:many], odd)
        if is_any(odd):
            sum_odd(
                x, pixels, w, filters, large[:many], odd, work, added, low, judge, masked, y, results, around,
                0, vectors,
            )  # fmt: skip


@subkernel(
    "void(T[::1], i8, i8, i8, i8, f8, T[::1], i8, T[::1], UniTuple(i8, 3), UniTuple(i8, 3), i8, i8, i8, i8)",
    writes=("y",),
)
def finish(work, m, m_plane, block, added, lowest, judge, masked, y, shape, grid, first, count, first_vector, vectors):  # type: ignore[no-untyped-def]
    """Results of the tiles first, first + 1, … from M, for some vectors of filters."""
    f, rows, columns = shape
    down, across, size = grid
    lanes, low = VECTOR_BYTES // y.itemsize, y.dtype.type(lowest)
    for t in range(count):
        tile = first + t
        n, i, j = tile // (down * across), tile // across % down * size, tile % across * size
        corner = ((n * rows + i) * columns + j) * f
        here, over = min(size, rows - i), min(size, columns - j)
        for k in range(vectors):
            source, filter_ = m + (k * block + t) * lanes, (first_vector + k) * lanes
            target, kept = corner + filter_, min(lanes, f - filter_)
            if size == 4:
                if masked:
                    finish_masked_tile_4(work, source, m_plane, judge, y, target, columns * f, f, here, over, kept)
                else:
                    finish_tile_4(
                        work, source, m_plane, work, added + filter_, low, y, target, columns * f, f, here, over, kept
                    )
            elif masked:
                finish_masked_tile_2(work, source, m_plane, judge, y, target, columns * f, f, here, over, kept)
            else:
                finish_tile_2(
                    work, source, m_plane, work, added + filter_, low, y, target, columns * f, f, here, over, kept
                )


@kernel("void(T[::1], T[::1], T[::1], u1[::1], T[::1], UniTuple(i8, 12), i8, i8, i8)", writes=("sums", "odd", "work"))
def sum_over_tiles(x, g, sums, odd, work, plan, sums_at, start, stop):  # type: ignore[no-untyped-def]
    """sums[p][vector][channel][lane] = Σ V[p]·D[p] over the tiles start…stop−1, but those that are odd."""
    c, height, width, f, rows, columns, top, left, down, across, size, block = plan
    lanes = VECTOR_BYTES // x.itemsize
    depth, vectors = (c + lanes - 1) // lanes, (f + lanes - 1) // lanes
    v = unaligned(work)
    v_plane, d_plane = depth * block * lanes + PAD, vectors * block * lanes + PAD
    d = v + POINTS * v_plane
    pixels, results = (c, height, width), (f, rows, columns)
    around, exact = (top, left, down, across, size), (0, 0, down, across, size)
    total, plane = unaligned(sums) + sums_at, depth * vectors * lanes * lanes + PAD
    sizes, usual = empty_row(whole_vectors(block, lanes), x.dtype), x.dtype.type(0)
    slope_sizes, usual_slopes = empty_row(sizes.size, x.dtype), x.dtype.type(0)
    for first in range(start, stop, block):
        count = min(block, stop - first)
        after, end = first + count, min(stop, first + count + block)
        pixels_to_points(x, pixels, around, first, count, work, v, v_plane, block, sizes)
        slopes_to_points(g, results, exact, first, count, work, d, d_plane, block, 0, vectors, slope_sizes)
        usual, usual_slopes = most_usual(sizes, count, usual), most_usual(slope_sizes, count, usual_slopes)
        for t in range(count):
            odd[first + t] = 0
            if sizes[t] <= usual and slope_sizes[t] <= usual_slopes:
                continue
            mark_odd_slopes(x, pixels, g, results, around, first + t, odd, first + t)
            if odd[first + t]:
                clear_points(work, v, v_plane, depth, block, t, POINTS)
                clear_points(work, d, d_plane, vectors, block, t, POINTS)
        ahead = (
            *(reach(after, pixels, around, EDGE), reach(end, pixels, around, EDGE)),
            *(reach(after, results, exact, size), reach(end, results, exact, size)),
        )
        multiply_transposed(
            work, v, v_plane, block * lanes, depth, whole_rows(count) // 4, work, d, d_plane, block * lanes, vectors,
            sums, total, plane, int(first > start), POINTS, x, g, ahead,
        )  # fmt: skip


@kernel(
    "void(T[::1], T[::1], T[::1], T[::1], T[::1], u1[::1], UniTuple(i8, 12), i8, i8, i8)", writes=("sums", "w", "work")
)
def points_to_filters(x, g, sums, w, work, odd, plan, parts, start, stop):  # type: ignore[no-untyped-def]
    """w = Gᵀ (Σ parts of sums) G, and the odd tiles, for the blocks (vector, block of channels) start…stop−1."""
    channels, height, width, filters, rows, columns, top, left, down, across, size, _ = plan
    taps, some = EDGE + 1 - size, is_any(odd)
    lanes = VECTOR_BYTES // sums.itemsize
    depth, vectors = (channels + lanes - 1) // lanes, (filters + lanes - 1) // lanes
    plane = depth * vectors * lanes * lanes + PAD
    for unit in range(start, stop):
        vector, block = unit // depth, unit % depth
        place = unaligned(sums) + (vector * depth + block) * lanes * lanes
        for part in range(1, parts):
            for k in range(lanes):
                add_points(sums, place + k * lanes, plane, part * POINTS * plane)
        block_to_filters(sums, place, plane, w, (filters, channels, taps), vector, block, work, unaligned(work))
        if some:
            add_tiles(
                x, (channels, height, width), g, (filters, rows, columns), (top, left, down, across, size), odd, w,
                vector, block,
            )  # fmt: skip


def _to_filters(taps: int) -> Any:
    """`block_to_filters` for filters of so many taps: the loops over them are unrolled."""
    area, transform = taps * taps, transform_filter_slopes_3 if taps == 3 else transform_filter_slopes_5

    @inner
    def to_filters(sums, place, plane, w, sizes, vector, block, work, scratch):  # type: ignore[no-untyped-def]
        filters, channels, _ = sizes
        lanes = VECTOR_BYTES // sums.itemsize
        for k in range(min(lanes, channels - block * lanes)):
            transform(sums, place + k * lanes, plane, work, scratch)
            for lane in range(min(lanes, filters - vector * lanes)):
                target = ((vector * lanes + lane) * channels + block * lanes + k) * area
                for tap in range(area):
                    w[np.uint64(target + tap)] = work[np.uint64(scratch + tap * lanes + lane)]

    return to_filters


_to_points_3, _to_points_5 = _to_points(3), _to_points(5)
_to_filters_3, _to_filters_5 = _to_filters(3), _to_filters(5)


@subkernel("void(T[::1], UniTuple(i8, 6), i8, i8, T[::1], i8, i8, T[::1], i8)", writes=("u", "work"))
def block_to_points(w, order, vector, block, u, u_at, plane, work, scratch):  # type: ignore[no-untyped-def]
    """U of one vector of filters and as many channels; zeros for channels that there are not."""
    if order[5] == 3:
        _to_points_3(w, order, vector, block, u, u_at, plane, work, scratch)
    else:
        _to_points_5(w, order, vector, block, u, u_at, plane, work, scratch)


@subkernel("void(T[::1], i8, i8, T[::1], UniTuple(i8, 3), i8, i8, T[::1], i8)", writes=("w", "work"))
def block_to_filters(sums, place, plane, w, sizes, vector, block, work, scratch):  # type: ignore[no-untyped-def]
    """Gᵀ W G of one vector of filters and as many channels. sizes: (filters, channels, taps)."""
    if sizes[2] == 3:
        _to_filters_3(sums, place, plane, w, sizes, vector, block, work, scratch)
    else:
        _to_filters_5(sums, place, plane, w, sizes, vector, block, work, scratch)

"""Winograd's convolution F(4×4, 3×3): a quarter of the multiplications of a 3×3 convolution with stride 1.

The results are cut into tiles of 4×4, each of which depends on 6×6 pixels. With the transforms of one tile and one
filter (see `winograd_transforms`: the points are 0, ±√½, ±√2, ∞)

    V = Bᵀ x B      U = G w Gᵀ      D = A g Aᵀ          36 numbers each

the sums over channels, filters and tiles become 36 matrix products, one for each point p:

    y  = Aᵀ M A      M[p][t, f] = Σ_c V[p][t, c] · U[p][c, f]
    dw = Gᵀ W G      W[p][c, f] = Σ_t V[p][t, c] · D[p][t, f]

and dx is y again, of g with the filters turned by 180° and channels exchanged. A tile of 4×4 costs 36 multiplications
instead of 144. For maps of 14, 13 or 7 pixels a part of the last tiles is wasted, but 2×2 tiles (16 instead of 36) save
less even then; larger ones lose digits.

Memory. V, M and D are arrays [point][vector of channels][tile][lane], U and W are [point][vector of filters][channel]
[lane]: transforms store whole vectors, the products read them in sequence. A transform touches all 36 planes at once:
were their distance a power of two, they would fight for the same few places of the cache, so planes are three lines
longer than they need be. Vectors begin at multiples of their size. Tiles are worked on in blocks, so that V and M are
still in the second-level cache when they are read; U is made once per call. While the products of a block are computed,
the pixels of the next one are fetched.

Rounding. Against the exact result, the relative error (in the norm of all results) is about 0.7·10⁻⁶ for y, 0.8·10⁻⁶
for dx and 1.3·10⁻⁶ for dw, five times that of the plain sum in float32 and far below that of half precision.
`kernels.use_convolution("direct")` avoids it. float64 is always computed directly.
"""

from typing import Any

import numpy as np

from zerokara.arrays import Array, Shape
from zerokara.kernels.compiled import memory, threads
from zerokara.kernels.compiled.build import inner, kernel
from zerokara.kernels.compiled.layout import channels_last, new_images, plain
from zerokara.kernels.compiled.simd import VECTOR_BYTES, copy
from zerokara.kernels.compiled.vectors import unaligned
from zerokara.kernels.compiled.winograd_product import multiply, multiply_transposed
from zerokara.kernels.compiled.winograd_transforms import (
    EDGE,
    POINTS,
    TILE,
    add_points,
    finish_masked_tile,
    finish_tile,
    transform_cut_pixels,
    transform_cut_slopes,
    transform_filter,
    transform_filter_slopes,
    transform_pixels,
    transform_slopes,
)
from zerokara.kernels.convolution import convolution_way

Pair = tuple[int, int]

_PAD = 48  # numbers between planes
_FEWEST = 16  # channels or filters; with fewer, the transforms cost more than they save
_BLOCK, _GRADIENT_BLOCK = 48, 72  # tiles; in the gradient of the filters larger, since each block is added to all of W


def suits(
    x_shape: Shape, w_shape: Shape, stride: Pair, padding: Pair, dilation: Pair, groups: int, dtype: np.dtype[Any]
) -> bool:
    """Whether this way is possible, wanted and faster. It depends on the shapes only, so results never vary."""
    possible = w_shape[2:] == (3, 3) and stride == dilation == (1, 1) and groups == 1 and max(padding) <= 2
    return possible and dtype == np.float32 and min(w_shape[:2]) >= _FEWEST and convolution_way() == "fast"


def conv2d(x: Array, w: Array, b: Array | None, padding: Pair, relu: bool = False) -> Array:
    """y = b + x ⋆ w, and max(y, 0) of it if wanted."""
    size = x.shape[2] + 2 * padding[0] - 2, x.shape[3] + 2 * padding[1] - 2
    return _convolve(x, w, False, b, None, padding, size, relu)


def conv2d_grad_x(g: Array, w: Array, x_shape: Shape, padding: Pair, mask: Array | None = None) -> Array:
    """∂L/∂x: the convolution of g with the filters turned by 180°, channels exchanged; 0 where not mask > 0."""
    around = 2 - padding[0], 2 - padding[1]
    return _convolve(g, w, True, None, mask, around, (x_shape[2], x_shape[3]), False)


def _convolve(
    x: Array, w: Array, turned: bool, b: Array | None, mask: Array | None, padding: Pair, size: Pair, relu: bool
) -> Array:
    n, c, height, width = x.shape
    f = w.shape[1] if turned else w.shape[0]
    lanes = VECTOR_BYTES // x.itemsize
    depth, vectors = -(-c // lanes), -(-f // lanes)
    u = _points_of_filters(w, turned, depth, vectors)
    y, y_memory = new_images((n, f, *size), x.dtype)
    down, across = -(-size[0] // TILE), -(-size[1] // TILE)
    tiles = n * down * across
    block = min(_BLOCK, max(8, -(-tiles // 4) * 4))
    plan = c, height, width, f, *size, *padding, down, across, block
    ranges = threads.parts(-(-tiles // 4), 2.0 * tiles * POINTS * depth * vectors * lanes * lanes)
    work = memory.empty((len(ranges), _work_size(depth, vectors, block, lanes)), x.dtype)
    images = channels_last(x).reshape(-1)
    calls = [(4 * first, min(4 * last, tiles)) for first, last in ranges]
    bias = y_memory if b is None else plain(b)
    judge = y_memory if mask is None else channels_last(mask).reshape(-1)
    extras = int(b is not None), int(relu), int(mask is not None)
    threads.share(
        _forward.on(x.dtype),
        [(images, u, bias, judge, y_memory, work[k], plan, extras, *calls[k]) for k in range(len(calls))],
    )
    return y


def conv2d_grad_w(g: Array, x: Array, w_shape: Shape, padding: Pair) -> Array:
    """∂L/∂w = Gᵀ [Σ over tiles (Bᵀ x B) ⊙ (A g Aᵀ)] G."""
    f, c, height, width = w_shape[0], *x.shape[1:]
    lanes = VECTOR_BYTES // x.itemsize
    depth, vectors = -(-c // lanes), -(-f // lanes)
    rows, columns = g.shape[2:]
    down, across = -(-rows // TILE), -(-columns // TILE)
    tiles = len(x) * down * across
    block = min(_GRADIENT_BLOCK, max(8, -(-tiles // 4) * 4))
    plan = c, height, width, f, rows, columns, *padding, down, across, block
    ranges = threads.parts(-(-tiles // 4), 2.0 * tiles * POINTS * depth * vectors * lanes * lanes)
    work = memory.empty((len(ranges), _work_size(depth, vectors, block, lanes)), x.dtype)
    images, slopes = channels_last(x).reshape(-1), channels_last(g).reshape(-1)
    part = POINTS * (depth * vectors * lanes * lanes + _PAD)
    sums = memory.empty((len(ranges) * part + lanes,), x.dtype)
    threads.share(
        _slopes.on(x.dtype),
        [
            (images, slopes, sums, work[k], plan, k * part, 4 * ranges[k][0], min(4 * ranges[k][1], tiles))
            for k in range(len(ranges))
        ],
    )
    w = memory.empty((f, c, 3, 3), x.dtype)
    units = threads.parts(depth * vectors, POINTS * 10.0 * vectors * depth * lanes * lanes)
    scratch = memory.empty((len(units), 10 * lanes), x.dtype)
    sizes = f, c, len(ranges)
    threads.share(
        _filter_slopes.on(x.dtype),
        [(sums, w.reshape(-1), scratch[k], sizes, *units[k]) for k in range(len(units))],
    )
    return w


def _work_size(depth: int, vectors: int, block: int, lanes: int) -> int:
    planes = POINTS * ((depth + vectors) * block * lanes + 2 * _PAD)
    return planes + (vectors + 2) * lanes


def _points_of_filters(w: Array, turned: bool, depth: int, vectors: int) -> Array:
    lanes = VECTOR_BYTES // w.itemsize
    u = memory.empty((POINTS * (depth * vectors * lanes * lanes + _PAD) + lanes,), w.dtype)
    f, c = w.shape[:2]
    ranges = threads.parts(vectors * depth, POINTS * 10.0 * vectors * depth * lanes * lanes)
    work = memory.empty((len(ranges), 10 * lanes), w.dtype)
    flat = plain(w).reshape(-1)
    plan = (c, f, 9, c * 9, 1) if turned else (f, c, c * 9, 9, 0)
    threads.share(_filters.on(w.dtype), [(flat, u, work[k], plan, *ranges[k]) for k in range(len(ranges))])
    return u


@kernel("void(T[::1], T[::1], T[::1], UniTuple(i8, 5), i8, i8)")
def _filters(w, u, work, plan, start, stop):  # type: ignore[no-untyped-def]
    """u[p][vector][channel][lane] = (G w Gᵀ)[p] for the blocks (vector, block of channels) start…stop−1."""
    filters, channels, along_filter, along_channel, turned = plan
    lanes = VECTOR_BYTES // u.itemsize
    depth = (channels + lanes - 1) // lanes
    vectors = (filters + lanes - 1) // lanes
    plane = depth * vectors * lanes * lanes + _PAD
    origin, scratch = unaligned(u), unaligned(work)
    first, step = (8, -1) if turned else (0, 1)
    for unit in range(start, stop):
        vector, block = unit // depth, unit % depth
        for c in range(block * lanes, (block + 1) * lanes):
            if c < channels:
                for lane in range(lanes):
                    source = min(vector * lanes + lane, filters - 1) * along_filter + c * along_channel + first
                    for tap in range(9):
                        work[np.uint64(scratch + tap * lanes + lane)] = w[np.uint64(source + tap * step)]
            else:
                work[scratch : scratch + 9 * lanes] = 0
            transform_filter(work, scratch, u, origin + (vector * depth * lanes + c) * lanes, plane)


@inner
def _clear(array, start, stop):  # type: ignore[no-untyped-def]
    for k in range(start, stop):
        array[np.uint64(k)] = 0


@inner
def _pixels_to_points(x, shape, grid, first, count, work, v, plane, block):  # type: ignore[no-untyped-def]
    """V of the tiles first, first + 1, …; zeros up to a multiple of four, at least eight."""
    c, height, width = shape
    top, left, down, across = grid
    lanes = VECTOR_BYTES // x.itemsize
    depth = (c + lanes - 1) // lanes
    for t in range(count):
        tile = first + t
        n, i, j = tile // (down * across), tile // across % down * TILE - top, tile % across * TILE - left
        source = ((n * height + i) * width + j) * c
        inside = i >= 0 and j >= 0 and i + EDGE <= height and j + EDGE <= width
        for k in range(depth):
            at, target, kept = source + k * lanes, v + (k * block + t) * lanes, min(lanes, c - k * lanes)
            if inside and kept == lanes:
                transform_pixels(x, at, width * c, c, work, target, plane)
            else:
                transform_cut_pixels(x, at, width * c, c, work, target, plane, i, j, height, width, kept)
    _clear_rows(work, v, plane, depth, block, count, lanes)


@inner
def _slopes_to_points(g, shape, grid, first, count, work, d, plane, block):  # type: ignore[no-untyped-def]
    """D of the tiles first, first + 1, …; zeros up to a multiple of four, at least eight."""
    f, rows, columns = shape
    _, _, down, across = grid
    lanes = VECTOR_BYTES // g.itemsize
    vectors = (f + lanes - 1) // lanes
    for t in range(count):
        tile = first + t
        n, i, j = tile // (down * across), tile // across % down * TILE, tile % across * TILE
        source = ((n * rows + i) * columns + j) * f
        inside = i + TILE <= rows and j + TILE <= columns
        for k in range(vectors):
            at, target, kept = source + k * lanes, d + (k * block + t) * lanes, min(lanes, f - k * lanes)
            if inside and kept == lanes:
                transform_slopes(g, at, columns * f, f, work, target, plane)
            else:
                transform_cut_slopes(g, at, columns * f, f, work, target, plane, i, j, rows, columns, kept)
    _clear_rows(work, d, plane, vectors, block, count, lanes)


@inner
def _clear_rows(work, v, plane, depth, block, count, lanes):  # type: ignore[no-untyped-def]
    """Zero the rows from `count` up to what the product reads."""
    rows = _rows(count)
    if rows > count:
        for p in range(POINTS):
            for k in range(depth):
                _clear(work, v + p * plane + (k * block + count) * lanes, v + p * plane + (k * block + rows) * lanes)


@inner
def _rows(count):  # type: ignore[no-untyped-def]
    """The number of rows that the product works on."""
    return max(8, (count + 3) // 4 * 4)


@kernel("void(T[::1], T[::1], T[::1], T[::1], T[::1], T[::1], UniTuple(i8, 11), UniTuple(i8, 3), i8, i8)")
def _forward(x, u, bias, judge, y, work, plan, extras, start, stop):  # type: ignore[no-untyped-def]
    """The tiles start…stop−1 of y."""
    c, height, width, f, rows, columns, top, left, down, across, block = plan
    has_bias, relu, masked = extras
    lanes = VECTOR_BYTES // x.itemsize
    depth, vectors = (c + lanes - 1) // lanes, (f + lanes - 1) // lanes
    v = unaligned(work)
    v_plane, m_plane = depth * block * lanes + _PAD, vectors * block * lanes + _PAD
    m = v + POINTS * v_plane
    added = m + POINTS * m_plane
    u_plane = depth * vectors * lanes * lanes + _PAD
    _clear(work, added, added + vectors * lanes)
    if has_bias:
        copy(work, added, bias, 0, f)
    low = work.dtype.type(0.0 if relu else -np.inf)
    pixels, around = (c, height, width), (top, left, down, across)
    for first in range(start, stop, block):
        count = min(block, stop - first)
        after = min(block, stop - first - count)
        _pixels_to_points(x, pixels, around, first, count, work, v, v_plane, block)
        ahead = y, (f, rows, columns, 0, 0, first, count), x, (*pixels, top, left, first + count, after), (down, across)
        for p in range(POINTS):
            multiply(
                work, v + p * v_plane, block * lanes, depth,
                u, unaligned(u) + p * u_plane, depth * lanes * lanes, vectors,
                work, m + p * m_plane, block * lanes, _rows(count), 0, ahead, p, POINTS,
            )  # fmt: skip
        for t in range(count):
            tile = first + t
            n, i, j = tile // (down * across), tile // across % down * TILE, tile % across * TILE
            target = ((n * rows + i) * columns + j) * f
            here, over = min(TILE, rows - i), min(TILE, columns - j)
            for k in range(vectors):
                source, stored = m + (k * block + t) * lanes, min(lanes, f - k * lanes)
                if masked:
                    finish_masked_tile(
                        work, source, m_plane, judge, y, target + k * lanes, columns * f, f, here, over, stored
                    )
                else:
                    finish_tile(
                        work, source, m_plane, work, added + k * lanes, low,
                        y, target + k * lanes, columns * f, f, here, over, stored,
                    )  # fmt: skip


@kernel("void(T[::1], T[::1], T[::1], T[::1], UniTuple(i8, 11), i8, i8, i8)")
def _slopes(x, g, sums, work, plan, sums_at, start, stop):  # type: ignore[no-untyped-def]
    """sums[p][vector][channel][lane] = Σ V[p]·D[p] over the tiles start…stop−1."""
    c, height, width, f, rows, columns, top, left, down, across, block = plan
    lanes = VECTOR_BYTES // x.itemsize
    depth, vectors = (c + lanes - 1) // lanes, (f + lanes - 1) // lanes
    v = unaligned(work)
    v_plane, d_plane = depth * block * lanes + _PAD, vectors * block * lanes + _PAD
    d = v + POINTS * v_plane
    pixels, results = (c, height, width), (f, rows, columns)
    around, exact = (top, left, down, across), (0, 0, down, across)
    total, plane = unaligned(sums) + sums_at, depth * vectors * lanes * lanes + _PAD
    for first in range(start, stop, block):
        count = min(block, stop - first)
        after = min(block, stop - first - count)
        _pixels_to_points(x, pixels, around, first, count, work, v, v_plane, block)
        _slopes_to_points(g, results, exact, first, count, work, d, d_plane, block)
        place = first + count, after
        ahead = x, (*pixels, top, left, *place), g, (*results, 0, 0, *place), (down, across)
        for p in range(POINTS):
            for k in range(depth):
                multiply_transposed(
                    work, v + p * v_plane + k * block * lanes, 4 * lanes, _rows(count) // 4,
                    work, d + p * d_plane, block * lanes, vectors,
                    sums, total + p * plane + k * lanes * lanes, depth * lanes * lanes, lanes, int(first > start),
                    ahead, p * depth + k, POINTS * depth,
                )  # fmt: skip


@kernel("void(T[::1], T[::1], T[::1], UniTuple(i8, 3), i8, i8)")
def _filter_slopes(sums, w, work, sizes, start, stop):  # type: ignore[no-untyped-def]
    """w = Gᵀ (Σ parts of sums) G for the blocks (vector, block of channels) start…stop−1."""
    filters, channels, parts = sizes
    lanes = VECTOR_BYTES // sums.itemsize
    depth, vectors = (channels + lanes - 1) // lanes, (filters + lanes - 1) // lanes
    plane = depth * vectors * lanes * lanes + _PAD
    origin, scratch = unaligned(sums), unaligned(work)
    for unit in range(start, stop):
        vector, block = unit // depth, unit % depth
        for c in range(block * lanes, min(channels, (block + 1) * lanes)):
            place = origin + (vector * depth * lanes + c) * lanes
            for part in range(1, parts):
                add_points(sums, place, plane, part * POINTS * plane)
            transform_filter_slopes(sums, place, plane, work, scratch)
            for lane in range(min(lanes, filters - vector * lanes)):
                target = ((vector * lanes + lane) * channels + c) * 9
                for tap in range(9):
                    w[np.uint64(target + tap)] = work[np.uint64(scratch + tap * lanes + lane)]

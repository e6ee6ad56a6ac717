"""Winograd's convolution with stride 1: a quarter of the multiplications for filters of 3×3, a third for 5×5.

The results are cut into tiles of m×m, each of which depends on 6×6 pixels: m = 4 for filters of 3×3, 2 for those of
5×5. With the transforms of one tile and one filter (see `winograd_transforms`: the points are 0, ±√½, ±√2, ∞)

    V = Bᵀ x B      U = G w Gᵀ      D = A g Aᵀ          36 numbers each

the sums over channels, filters and tiles become 36 matrix products, one for each point p:

    y  = Aᵀ M A      M[p][t, f] = Σ_c V[p][t, c] · U[p][c, f]
    dw = Gᵀ W G      W[p][c, f] = Σ_t V[p][t, c] · D[p][t, f]

and dx is y again, of g with the filters turned by 180° and channels exchanged. A tile costs 36 multiplications instead
of 144 (4×4 results, 9 taps) or 100 (2×2 results, 25 taps). For maps of 14, 13 or 7 pixels a part of the last tiles of
4×4 is wasted, but for 3×3 tiles of 2×2 (16 instead of 36) save less even then; larger ones lose digits. Filters of 5×5
need four times as many tiles for as many results, so their transforms weigh more: they pay where there are enough
channels to multiply with.

Memory. V, M and D are arrays [point][vector of channels][tile][lane], U and W are [point][vector of filters][channel]
[lane]: transforms store whole vectors, the products read them in sequence. A transform touches all 36 planes at once:
were their distance a power of two, they would fight for the same few places of the cache, so planes are three lines
longer than they need be. Vectors begin at multiples of their size. Tiles are worked on in blocks, so that V and M are
still in the second-level cache when they are read; U is made once per call. While the products of a block are computed,
the pixels of the next one are fetched.

Rounding. Against the exact result, the relative error (in the norm of all results) is about 0.7·10⁻⁶ for y, 0.9·10⁻⁶
for dx and 1.5·10⁻⁶ for dw, up to five times that of the plain sum in float32 and far below that of half precision.
`kernels.use_convolution("direct")` avoids it. float64 is always computed directly, and so are single tiles in which
large and small numbers meet (see `winograd_tiles`): the errors of a tile go by its largest numbers.
"""

from typing import Any

import numpy as np

from zerokara.arrays import Array, Shape
from zerokara.kernels.compiled import memory, threads
from zerokara.kernels.compiled.layout import channels_last, new_images, plain
from zerokara.kernels.compiled.simd import VECTOR_BYTES
from zerokara.kernels.compiled.winograd_deep import CHUNK, convolve_deep, sum_over_tiles_deep
from zerokara.kernels.compiled.winograd_passes import (
    PAD,
    convolve,
    filters_to_points,
    points_to_filters,
    sum_over_tiles,
)
from zerokara.kernels.compiled.winograd_tiles import EDGE
from zerokara.kernels.compiled.winograd_transforms import POINTS
from zerokara.kernels.convolution import convolution_way

Pair = tuple[int, int]

_TILE_CYCLES, _FILTER_CYCLES = 340, 350  # measured, with vectors of 16
_MARGIN = 1.1  # direct convolution leaves out what is multiplied by the zeros around an image
_BLOCK, _GRADIENT_BLOCK = 48, 72  # tiles; in the gradient of the filters larger, since each block is added to all of W
_FEW_TILES = 256
_MANY_NUMBERS = 1_000_000  # in U


def suits(
    x_shape: Shape, w_shape: Shape, stride: Pair, padding: Pair, dilation: Pair, groups: int, dtype: np.dtype[Any]
) -> bool:
    """Whether this way is possible, wanted and faster. It depends on the shapes only; see also `winograd_tiles`."""
    taps = w_shape[2]
    possible = w_shape[2:] in ((3, 3), (5, 5)) and stride == dilation == (1, 1) and groups == 1 and max(padding) < taps
    if not possible or dtype != np.float32 or convolution_way() != "fast":
        return False
    rows, columns = (x_shape[2 + k] + 2 * padding[k] - taps + 1 for k in (0, 1))
    return _saves(x_shape[0], w_shape[0], w_shape[1], rows, columns, taps)


def _saves(images: int, filters: int, channels: int, rows: int, columns: int, taps: int) -> bool:
    """Whether the clock cycles, as counted with one multiplication of vectors in each, are clearly fewer.

    The transforms of a tile take about 340 for each vector of channels or filters, those of a filter 350. Counted so,
    the ratio of the two ways is within a tenth of what is measured.
    """
    lanes = VECTOR_BYTES // 4
    depth, vectors = -(-channels // lanes), -(-filters // lanes)
    tile = EDGE + 1 - taps
    tiles = images * -(-rows // tile) * -(-columns // tile)
    direct = taps**2 * images * rows * columns * channels * vectors
    of_a_tile = POINTS * depth * lanes * vectors + _TILE_CYCLES * (depth + vectors)
    return direct > _MARGIN * (tiles * of_a_tile + _FILTER_CYCLES * channels * vectors)


def conv2d(x: Array, w: Array, b: Array | None, padding: Pair, relu: bool = False) -> Array:
    """y = b + x ⋆ w, and max(y, 0) of it if wanted."""
    size = x.shape[2] + 2 * padding[0] - w.shape[2] + 1, x.shape[3] + 2 * padding[1] - w.shape[3] + 1
    return _convolve(x, w, False, b, None, padding, size, relu)


def conv2d_grad_x(g: Array, w: Array, x_shape: Shape, padding: Pair, mask: Array | None = None) -> Array:
    """∂L/∂x: the convolution of g with the filters turned by 180°, channels exchanged; 0 where not mask > 0."""
    around = w.shape[2] - 1 - padding[0], w.shape[3] - 1 - padding[1]
    return _convolve(g, w, True, None, mask, around, (x_shape[2], x_shape[3]), False)


def _convolve(
    x: Array, w: Array, turned: bool, b: Array | None, mask: Array | None, padding: Pair, size: Pair, relu: bool
) -> Array:
    n, c, height, width = x.shape
    f = w.shape[1] if turned else w.shape[0]
    lanes = VECTOR_BYTES // x.itemsize
    depth, vectors = -(-c // lanes), -(-f // lanes)
    taps, tile = w.shape[2], EDGE + 1 - w.shape[2]
    y, y_memory = new_images((n, f, *size), x.dtype)
    down, across = -(-size[0] // tile), -(-size[1] // tile)
    tiles = n * down * across
    images = channels_last(x).reshape(-1)
    bias = y_memory if b is None else plain(b)
    judge = y_memory if mask is None else channels_last(mask).reshape(-1)
    extras = int(b is not None), int(relu), int(mask is not None)
    filters, order = plain(w).reshape(-1), _order(w, turned)
    multiplications = 2.0 * tiles * POINTS * depth * vectors * lanes * lanes
    if _is_deep(tiles, depth * lanes, vectors * lanes):
        plan = c, height, width, f, *size, *padding, down, across, tile, tiles
        spans = threads.parts(vectors, multiplications)
        work = memory.empty((len(spans), _deep_work_size(depth, vectors, tiles, lanes, taps)), x.dtype)
        threads.share(
            convolve_deep.on(x.dtype),
            [
                (images, filters, bias, judge, y_memory, work[k], plan, order, extras, *spans[k])
                for k in range(len(spans))
            ],
        )
        return y
    u = _points_of_filters(filters, order, depth, vectors)
    block = min(_BLOCK, max(8, -(-tiles // 4) * 4))
    plan = c, height, width, f, *size, *padding, down, across, tile, block
    ranges = threads.parts(-(-tiles // 4), multiplications)
    work = memory.empty((len(ranges), _work_size(depth, vectors, block, lanes)), x.dtype)
    calls = [(4 * first, min(4 * last, tiles)) for first, last in ranges]
    threads.share(
        convolve.on(x.dtype),
        [
            (images, filters, u, bias, judge, y_memory, work[k], plan, order, extras, *calls[k])
            for k in range(len(calls))
        ],
    )
    return y


def conv2d_grad_w(g: Array, x: Array, w_shape: Shape, padding: Pair) -> Array:
    """∂L/∂w = Gᵀ [Σ over tiles (Bᵀ x B) ⊙ (A g Aᵀ)] G."""
    f, c, height, width = w_shape[0], *x.shape[1:]
    lanes = VECTOR_BYTES // x.itemsize
    depth, vectors = -(-c // lanes), -(-f // lanes)
    rows, columns = g.shape[2:]
    taps, tile = w_shape[2], EDGE + 1 - w_shape[2]
    down, across = -(-rows // tile), -(-columns // tile)
    tiles = len(x) * down * across
    images, slopes = channels_last(x).reshape(-1), channels_last(g).reshape(-1)
    w = memory.empty((f, c, taps, taps), x.dtype)
    multiplications = 2.0 * tiles * POINTS * depth * vectors * lanes * lanes
    if _is_deep(tiles, depth * lanes, vectors * lanes):
        plan = c, height, width, f, rows, columns, *padding, down, across, tile, tiles
        spans = threads.parts(vectors, multiplications)
        work = memory.empty((len(spans), _deep_work_size(depth, vectors, tiles, lanes, taps)), x.dtype)
        threads.share(
            sum_over_tiles_deep.on(x.dtype),
            [(images, slopes, w.reshape(-1), work[k], plan, *spans[k]) for k in range(len(spans))],
        )
        return w
    block = min(_GRADIENT_BLOCK, max(8, -(-tiles // 4) * 4))
    plan = c, height, width, f, rows, columns, *padding, down, across, tile, block
    ranges = threads.parts(-(-tiles // 4), multiplications)
    work = memory.empty((len(ranges), _work_size(depth, vectors, block, lanes)), x.dtype)
    part = POINTS * (depth * vectors * lanes * lanes + PAD)
    sums, odd = memory.empty((len(ranges) * part + lanes,), x.dtype), memory.empty((tiles,), np.uint8)
    threads.share(
        sum_over_tiles.on(x.dtype),
        [
            (images, slopes, sums, odd, work[k], plan, k * part, 4 * ranges[k][0], min(4 * ranges[k][1], tiles))
            for k in range(len(ranges))
        ],
    )
    units = threads.parts(depth * vectors, POINTS * 10.0 * vectors * depth * lanes * lanes)
    scratch = memory.empty((len(units), (taps**2 + 1) * lanes), x.dtype)
    threads.share(
        points_to_filters.on(x.dtype),
        [
            (images, slopes, sums, w.reshape(-1), scratch[k], odd, plan, len(ranges), *units[k])
            for k in range(len(units))
        ],
    )
    return w


def _is_deep(tiles: int, channels: int, filters: int) -> bool:
    """Whether U is large and used for few tiles. See `winograd_deep`."""
    return tiles <= _FEW_TILES and POINTS * channels * filters >= _MANY_NUMBERS


def _deep_work_size(depth: int, vectors: int, tiles: int, lanes: int, taps: int) -> int:
    """The numbers of V, of M or D and of U or W for a chunk of filters, the bias and the taps."""
    block = max(8, -(-tiles // 4) * 4)
    lines = POINTS * ((depth + CHUNK) * block + depth * CHUNK * lanes) + vectors + taps**2 + 1
    return lines * lanes + 3 * POINTS * PAD


def _order(w: Array, turned: bool) -> tuple[int, ...]:
    """As the convolution sees them: (filters, channels, distance between filters, between channels, turned?, taps)."""
    f, c, taps, _ = w.shape
    area = taps * taps
    return (c, f, area, c * area, 1, taps) if turned else (f, c, c * area, area, 0, taps)


def _work_size(depth: int, vectors: int, block: int, lanes: int) -> int:
    planes = POINTS * ((depth + vectors) * block * lanes + 2 * PAD)
    return planes + (vectors + 2) * lanes


def _points_of_filters(w: Array, order: tuple[int, ...], depth: int, vectors: int) -> Array:
    lanes = VECTOR_BYTES // w.itemsize
    u = memory.empty((POINTS * (depth * vectors * lanes * lanes + PAD) + lanes,), w.dtype)
    ranges = threads.parts(vectors * depth, POINTS * 10.0 * vectors * depth * lanes * lanes)
    work = memory.empty((len(ranges), (order[5] ** 2 + 1) * lanes), w.dtype)
    threads.share(filters_to_points.on(w.dtype), [(w, u, work[k], order, *ranges[k]) for k in range(len(ranges))])
    return u

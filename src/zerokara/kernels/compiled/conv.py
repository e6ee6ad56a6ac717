"""Direct convolution, its two gradients, and the sum over a channel. No columns are ever made.

The forward pass takes R places of the filter at a time and one or two vectors of filters: a tile of R × V·L results
stays in registers (see `simd`) while it runs over the taps and channels, which lie side by side in memory,

    y[n, i_r, j_r, f…] = b[f…] + Σ_p Σ_qc  x[n, i_r·s + p·d, j_r·s + q, c] · w[p, q, c, f…]

The gradient of the images is the same sum: g with s − 1 zeros between its pixels, over the filters turned by 180° and
with C and F exchanged. The gradient of the filters is a tile of R taps × V·L filters that runs over the pixels.

Images are worked on in blocks that fit the second-level cache. A block is copied, with the zeros around it, into a
small working array of shape (images, H', W', C), unless it lies in memory just so already.
"""

import numpy as np

from zerokara.arrays import Array, Shape
from zerokara.kernels.compiled import definition as reference
from zerokara.kernels.compiled import threads
from zerokara.kernels.compiled.build import compilable, expect_shape, inner, kernel
from zerokara.kernels.compiled.layout import channels_last, image_memory, new_images, plain
from zerokara.kernels.compiled.memory import empty
from zerokara.kernels.compiled.simd import ROWS, VECTOR_BYTES, copy, tile1, tile2
from zerokara.kernels.compiled.strided import transpose_block
from zerokara.kernels.reference.conv import check_conv, conv_output_size

Pair = tuple[int, int]
Plan = tuple[int, ...]

_BLOCK_BYTES = 256 * 1024


def conv2d(x: Array, w: Array, b: Array | None, stride: Pair, padding: Pair, dilation: Pair, groups: int) -> Array:
    """Slide the filters `w` over the images `x`. See the reference."""
    check_conv(x.shape, w.shape, groups)
    size = _output_size(x.shape, w.shape, stride, padding, dilation)
    expect_shape("the bias", b, w.shape[:1])
    if not compilable(x, w, *(() if b is None else (b,))) or 0 in (*x.shape, *w.shape):
        return reference.conv2d(x, w, b, stride, padding, dilation, groups)
    packed = _packed(w, b, groups, turned=False)
    return _convolve(x, packed, w.shape[0], w.shape[2:], size, stride, dilation, padding, (1, 1), groups)


def conv2d_grad_x(
    g: Array, w: Array, x_shape: Shape, stride: Pair, padding: Pair, dilation: Pair, groups: int
) -> Array:
    """∂L/∂x: every g[n,f,i,j]·w[f], added back onto the window it came from. See the reference."""
    check_conv(x_shape, w.shape, groups)
    expect_shape("g", g, (x_shape[0], w.shape[0], *_output_size(x_shape, w.shape, stride, padding, dilation)))
    if not compilable(g, w) or 0 in (*g.shape, *w.shape):
        return reference.conv2d_grad_x(g, w, x_shape, stride, padding, dilation, groups)
    around = tuple(d * (p - 1) - pad for d, p, pad in zip(dilation, w.shape[2:], padding, strict=True))
    turned = _packed(w, None, groups, turned=True)
    return _convolve(g, turned, x_shape[1], w.shape[2:], x_shape[2:], (1, 1), dilation, around, stride, groups)


def conv2d_grad_w(
    g: Array, x: Array, w_shape: Shape, stride: Pair, padding: Pair, dilation: Pair, groups: int
) -> Array:
    """∂L/∂w[f,c,p,q] = Σ_nij g[n,f,i,j] · x[n, c, i·s + p·d − padding, j·s + q·d − padding]. See the reference."""
    check_conv(x.shape, w_shape, groups)
    expect_shape("g", g, (len(x), w_shape[0], *_output_size(x.shape, w_shape, stride, padding, dilation)))
    if not compilable(g, x) or 0 in (*g.shape, *x.shape, *w_shape):
        return reference.conv2d_grad_w(g, x, w_shape, stride, padding, dilation, groups)
    f, c, p, q = w_shape
    memory, strides = image_memory(x)
    slopes = channels_last(g).reshape(-1)
    plan = _plan(x.shape, strides, f, (p, q), g.shape[2:], stride, dilation, padding, (1, 1), groups)
    ranges = threads.parts(len(x), 2.0 * g.size * c * p * q)
    rows = -(-(p * q * c) // ROWS) * ROWS
    sums = empty((len(ranges), groups * rows * _whole_vectors(f // groups, x.dtype)), x.dtype)
    threads.share(
        _grad_w.on(x.dtype),
        [(memory, slopes, sums[k], plan, *ranges[k]) for k in range(len(ranges))],
    )
    dw = empty(w_shape, x.dtype)
    sizes = len(ranges), groups, f // groups, c, p * q, rows
    pieces = threads.parts(-(-(f // groups) // _lanes(x.dtype)), sums.size)
    threads.share(_collect.on(x.dtype), [(sums.reshape(-1), dw.reshape(-1), sizes, *piece) for piece in pieces])
    return dw


def channel_sum(g: Array) -> Array:
    """Σ over every axis but the second. See the reference."""
    if not compilable(g) or g.ndim < 2 or g.size == 0:
        return reference.channel_sum(g)
    channels = g.shape[1]
    memory = channels_last(g).reshape(-1)
    ranges = threads.parts(g.size // channels, g.size)
    sums, total = empty((len(ranges), channels), np.float64), empty((channels,), g.dtype)
    threads.share(_channel_sum.on(g.dtype), [(memory, sums[k], *ranges[k]) for k in range(len(ranges))])
    threads.share(_add_up.on(g.dtype), [(total, sums)])
    return total


def _convolve(
    x: Array,
    packed: Array,
    filters: int,
    kernel_size: Shape,
    size: Shape,
    stride: Pair,
    dilation: Pair,
    around: Shape,
    spread: Pair,
    groups: int,
) -> Array:
    """One convolution with packed filters, shared among the threads by images."""
    memory, strides = image_memory(x)
    y, y_memory = new_images((len(x), filters, *size), x.dtype)
    plan = _plan(x.shape, strides, filters, kernel_size, size, stride, dilation, around, spread, groups)
    ranges = threads.parts(len(x), 2.0 * y.size * packed.size / filters)
    threads.share(_forward.on(x.dtype), [(memory, packed, y_memory, plan, *r) for r in ranges])
    return y


def _plan(
    x_shape: Shape,
    strides: Shape,
    filters: int,
    kernel_size: Shape,
    size: Shape,
    stride: Pair,
    dilation: Pair,
    around: Shape,
    spread: Pair,
    groups: int,
) -> Plan:
    """All the sizes of a convolution, in the order in which the kernels read them."""
    return (*x_shape[1:], *strides, groups, filters, *kernel_size, *size, *stride, *dilation, *around, *spread)


def _output_size(x_shape: Shape, w_shape: Shape, stride: Pair, padding: Pair, dilation: Pair) -> Pair:
    rows, columns = (
        conv_output_size(x_shape[2 + k], w_shape[2 + k], stride[k], padding[k], dilation[k]) for k in (0, 1)
    )
    return rows, columns


def _lanes(dtype: np.dtype[np.generic]) -> int:
    """Numbers in a vector register."""
    return VECTOR_BYTES // dtype.itemsize


def _whole_vectors(count: int, dtype: np.dtype[np.generic]) -> int:
    """`count` rounded up to whole vectors."""
    return -(-count // _lanes(dtype)) * _lanes(dtype)


def _packed(w: Array, b: Array | None, groups: int, *, turned: bool) -> Array:
    """Filters (F, C/groups, P, Q) as the tiles read them, followed by the bias (groups, F/groups) or zeros.

    Forward: (groups, P, Q, C/groups, F/groups). The way back: turned by 180°, with the two channel axes of each group
    exchanged. The innermost axis is filled up to whole vectors.
    """
    f, c, p, q = w.shape
    sizes = groups, f // groups, c, p * q
    inner_size, outer_size = (c, f // groups) if turned else (f // groups, c)
    step = _whole_vectors(inner_size, w.dtype)
    packed = empty((groups * step * (p * q * outer_size + 1) + _lanes(w.dtype),), w.dtype)
    filters, bias = plain(w).reshape(-1), plain(w if b is None else b).reshape(-1)
    pack = _pack_turned if turned else _pack
    ranges = threads.parts(groups * outer_size, w.size)
    threads.share(pack.on(w.dtype), [(filters, bias, packed, (*sizes, step, b is not None), *r) for r in ranges])
    return packed


@kernel("void(T[::1], T[::1], T[::1], UniTuple(i8, 6), i8, i8)")
def _pack(w, bias, packed, sizes, start, stop):  # type: ignore[no-untyped-def]
    """packed[group, tap, c, f] = w[group, f, c, tap] for the pairs (group, c) from start to stop−1, and the bias."""
    groups, filters, depth, taps, step, with_bias = sizes
    lanes = VECTOR_BYTES // w.itemsize
    for pair in range(start, stop):
        group, c = pair // depth, pair % depth
        for f in range(0, filters, lanes):
            rows = min(lanes, filters - f)
            for tap in range(0, taps, lanes):
                transpose_block(
                    packed, ((group * taps + tap) * depth + c) * step + f, depth * step,
                    w, ((group * filters + f) * depth + c) * taps + tap, depth * taps, rows, min(lanes, taps - tap),
                )  # fmt: skip
        if filters < step:
            for tap in range(taps):
                packed[((group * taps + tap) * depth + c) * step + filters :][: step - filters] = 0
    if start == 0:
        rest = packed[groups * taps * depth * step :]
        rest[:] = 0
        if with_bias:
            for group in range(groups):
                rest[group * step :][:filters] = bias[group * filters :][:filters]


@kernel("void(T[::1], T[::1], T[::1], UniTuple(i8, 6), i8, i8)")
def _pack_turned(w, bias, packed, sizes, start, stop):  # type: ignore[no-untyped-def]
    """packed[group, taps − 1 − tap, f, c] = w[group, f, c, tap] for the filters start…stop−1; there is no bias."""
    groups, filters, depth, taps, step, _ = sizes
    lanes = VECTOR_BYTES // w.itemsize
    for filter in range(start, stop):
        group, f = filter // filters, filter % filters
        for c in range(0, depth, lanes):
            rows = min(lanes, depth - c)
            for tap in range(0, taps, lanes):
                transpose_block(
                    packed, ((group * taps + taps - 1 - tap) * filters + f) * step + c, -filters * step,
                    w, (filter * depth + c) * taps + tap, taps, rows, min(lanes, taps - tap),
                )  # fmt: skip
        if depth < step:
            for tap in range(taps):
                packed[((group * taps + tap) * filters + f) * step + depth :][: step - depth] = 0
    if start == 0:
        packed[groups * taps * filters * step :] = 0


@inner
def _copy_block(block, x, plan, height, width, first, count):  # type: ignore[no-untyped-def]
    """Copy `count` images into the middle of the block (count, height, width, C), whose borders are zero.

    A pixel (h, w) goes to (h·spread + around); what falls outside the block is left out.
    """
    c, h, w, along_n, along_c, along_h, along_w = plan[:7]
    top, left, spread_h, spread_w = plan[17:]
    for image in range(count):
        for row in range(h):
            i = row * spread_h + top
            if i < 0 or i >= height:
                continue
            source = (first + image) * along_n + row * along_h
            target = (image * height + i) * width
            if spread_w == 1 and along_c == 1 and along_w == c:
                begin = max(0, -left)
                end = max(begin, min(w, width - left))
                copy(block, (target + left + begin) * c, x, source + begin * c, (end - begin) * c)
                continue
            for channel in range(c):
                for column in range(w):
                    j = column * spread_w + left
                    if 0 <= j < width:
                        block[(target + j) * c + channel] = x[source + channel * along_c + column * along_w]


@inner
def _lies_ready(plan):  # type: ignore[no-untyped-def]
    """Whether the images can be read where they are: channels innermost, and no zeros to be put around or between."""
    c, h, w, along_n, along_c, along_h, along_w = plan[:7]
    top, left, spread_h, spread_w = plan[17:]
    dense = (along_c == 1 or c == 1) and along_w == c and along_h == w * c and along_n == h * w * c
    return dense and top == 0 and left == 0 and spread_h == 1 and spread_w == 1


@inner
def _block_shape(plan):  # type: ignore[no-untyped-def]
    """(height, width) of the part of a padded image that the filters touch."""
    p, q, rows, columns, stride_h, stride_w, dilation_h, dilation_w = plan[9:17]
    return (rows - 1) * stride_h + (p - 1) * dilation_h + 1, (columns - 1) * stride_w + (q - 1) * dilation_w + 1


@inner
def _taps(p, q, depth, along_p, along_q):  # type: ignore[no-untyped-def]
    """Where the taps (p, q, channel) of a filter are, counted from the first."""
    taps = np.empty(p * q * depth, np.int64)
    for k in range(taps.size):
        taps[k] = k // (q * depth) * along_p + k // depth % q * along_q + k % depth
    return taps


@inner
def _places(images, rows, columns, along_n, along_i, along_j):  # type: ignore[no-untyped-def]
    """Where the first tap is, for each place (image, i, j) of a filter, counted from the first place."""
    places = np.empty(images * rows * columns, np.int64)
    k = 0
    for n in range(images):
        for i in range(rows):
            for j in range(columns):
                places[k] = n * along_n + i * along_i + j * along_j
                k += 1
    return places


@kernel("void(T[::1], T[::1], T[::1], UniTuple(i8, 21), i8, i8)")
def _forward(x, w, y, plan, start, stop):  # type: ignore[no-untyped-def]
    """y = bias + x ⋆ w for the images start…stop−1; `w` is what `_packed` returns."""
    c, h, wide = plan[:3]
    groups, filters, p, q, rows, columns, stride_h, stride_w, dilation_h, dilation_w = plan[7:17]
    height, width = _block_shape(plan)
    ready = _lies_ready(plan)
    if ready:
        height, width = h, wide
    size = height * width * c
    images = max(1, min(stop - start, _BLOCK_BYTES // (size * x.itemsize)))
    block = x if ready else np.zeros(images * size, x.dtype)

    lanes = VECTOR_BYTES // x.itemsize
    depth, count = c // groups, filters // groups
    step = (count + lanes - 1) // lanes * lanes  # numbers between neighbours in the packed filters
    taps = _taps(p, q, depth, dilation_h * width * c, dilation_w * c)
    places = _places(images, rows, columns, size, stride_h * width * c, stride_w * c)
    tail = np.empty(ROWS, np.int64)
    bias = groups * taps.size * step

    for first in range(start, stop, images):
        here = min(images, stop - first)
        if ready:
            block = x[first * size :]
        else:
            _copy_block(block, x, plan, height, width, first, here)
        pixels = here * rows * columns
        for k in range(ROWS):  # the last tile may hang over: it repeats the last pixel, and does not store it
            tail[k] = places[min(pixels // ROWS * ROWS + k, pixels - 1)]
        for group in range(groups):
            source = block[group * depth :]
            for f in range(0, count, 2 * lanes):
                used = min(count - f, 2 * lanes)
                w_start = group * p * q * depth * step + f
                for m in range(0, pixels, ROWS):
                    tile_places = places[m : m + ROWS] if m + ROWS <= pixels else tail
                    target = (first * rows * columns + m) * filters + group * count + f
                    stored = min(ROWS, pixels - m)
                    if used > lanes:
                        tile2(
                            source, tile_places, taps, taps.size, w, w_start, step,
                            w, bias + group * step + f, y, target, filters, stored, used,
                        )  # fmt: skip
                    else:
                        tile1(
                            source, tile_places, taps, taps.size, w, w_start, step,
                            w, bias + group * step + f, y, target, filters, stored, used,
                        )  # fmt: skip


@kernel("void(T[::1], T[::1], T[::1], UniTuple(i8, 21), i8, i8)")
def _grad_w(x, g, sums, plan, start, stop):  # type: ignore[no-untyped-def]
    """sums[group, p·q·c, f] = Σ over the pixels of images start…stop−1 of x · g.

    g is read as (N, I, J, F). Each block of images is summed up by itself, which keeps rounding errors small.
    """
    c, h, wide = plan[:3]
    groups, filters, p, q, rows, columns, stride_h, stride_w, dilation_h, dilation_w = plan[7:17]
    height, width = _block_shape(plan)
    ready = _lies_ready(plan)
    if ready:
        height, width = h, wide
    size = height * width * c
    images = max(1, min(stop - start, _BLOCK_BYTES // (size * x.itemsize)))
    block = x if ready else np.zeros(images * size, x.dtype)

    lanes = VECTOR_BYTES // x.itemsize
    depth, count = c // groups, filters // groups
    step = (count + lanes - 1) // lanes * lanes
    taps = _taps(p, q, depth, dilation_h * width * c, dilation_w * c)
    whole = (taps.size + ROWS - 1) // ROWS * ROWS
    tile_taps = np.zeros(whole, np.int64)  # beyond the last tap, the first one once more
    tile_taps[: taps.size] = taps
    places = _places(images, rows, columns, size, stride_h * width * c, stride_w * c)
    nothing = np.zeros(2 * lanes, x.dtype)
    sum_here = np.empty(whole * step, x.dtype)
    sums[:] = 0
    image_slopes = rows * columns * filters

    for first in range(start, stop, images):
        here = min(images, stop - first)
        if ready:
            block = x[first * size :]
        else:
            _copy_block(block, x, plan, height, width, first, here)
        slopes = g[first * image_slopes :]
        if (first + here) * image_slopes == g.size and (count % lanes or groups > 1):
            slopes = np.zeros(here * image_slopes + 2 * lanes, x.dtype)  # vectors may be read beyond the end of g
            copy(slopes, 0, g, first * image_slopes, here * image_slopes)
        for group in range(groups):
            source = block[group * depth :]
            for f in range(0, count, 2 * lanes):
                for k in range(0, taps.size, ROWS):
                    g_start = group * count + f
                    target = k * step + f
                    if count - f > lanes:
                        tile2(
                            source, tile_taps[k : k + ROWS], places, here * rows * columns, slopes, g_start,
                            filters, nothing, 0, sum_here, target, step, ROWS, 2 * lanes,
                        )  # fmt: skip
                    else:
                        tile1(
                            source, tile_taps[k : k + ROWS], places, here * rows * columns, slopes, g_start,
                            filters, nothing, 0, sum_here, target, step, ROWS, lanes,
                        )  # fmt: skip
            for k in range(taps.size * step):
                sums[group * whole * step + k] += sum_here[k]


@kernel("void(T[::1], T[::1], UniTuple(i8, 6), i8, i8)")
def _collect(sums, dw, sizes, start, stop):  # type: ignore[no-untyped-def]
    """dw[group, f, c, tap] = Σ over the threads of sums[thread, group, tap, c, f], for some vectors of filters."""
    shares, groups, filters, depth, taps, rows = sizes
    lanes = VECTOR_BYTES // sums.itemsize
    step = (filters + lanes - 1) // lanes * lanes
    size = groups * rows * step
    for group in range(groups):
        for f in range(start * lanes, min(stop * lanes, filters), lanes):
            for k in range(taps * depth):
                place = (group * rows + k) * step + f
                for share in range(1, shares):
                    for lane in range(lanes):
                        sums[place + lane] += sums[share * size + place + lane]
            for c in range(depth):
                for tap in range(0, taps, lanes):
                    transpose_block(
                        dw, ((group * filters + f) * depth + c) * taps + tap, depth * taps,
                        sums, (group * rows + tap * depth + c) * step + f, depth * step,
                        min(lanes, taps - tap), min(lanes, filters - f),
                    )  # fmt: skip


@kernel("void(T[::1], f8[::1], i8, i8)")
def _channel_sum(g, sums, start, stop):  # type: ignore[no-untyped-def]
    """sums[c] = Σ g[row, c] for the rows start…stop−1, in float64 after every 256 additions.

    Several rows are added at a time, as one long row: few channels alone would not fill the vectors.
    """
    channels = sums.size
    long = max(1, 256 // channels) * channels
    part = np.empty(long, g.dtype)
    sums[:] = 0
    at, end = start * channels, stop * channels
    while at < end:
        part[:] = 0
        for _ in range(256):
            piece = g[at : min(at + long, end)]
            for k in range(piece.size):
                part[k] += piece[k]
            at += long
            if at >= end:
                break
        for k in range(long):
            sums[k % channels] += part[k]


@kernel("void(T[::1], f8[:, ::1])")
def _add_up(total, sums):  # type: ignore[no-untyped-def]
    """total[c] = Σ over the threads of sums[thread, c]."""
    for c in range(total.size):
        here = 0.0
        for k in range(len(sums)):
            here += sums[k, c]
        total[c] = here

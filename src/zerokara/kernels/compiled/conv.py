"""Convolution, its two gradients, and the sum over a channel. The work is done in `sliding` and `sliding_grad`.

Here is decided how a convolution is cut: into blocks that fit the second-level cache, and among the threads: by
blocks of images, by bands of one image, or, where there are many filters and few images, by filters.
"""

import functools

import numpy as np

from zerokara.arrays import Array, Shape
from zerokara.kernels.compiled import definition as reference
from zerokara.kernels.compiled import threads, winograd
from zerokara.kernels.compiled.build import compilable, expect_shape, kernel
from zerokara.kernels.compiled.depthwise import slide_each, slide_each_grad_w
from zerokara.kernels.compiled.layout import channels_last, image_memory, new_images, plain
from zerokara.kernels.compiled.memory import empty
from zerokara.kernels.compiled.products import multiply
from zerokara.kernels.compiled.rows import empty_row
from zerokara.kernels.compiled.simd import VECTOR_BYTES
from zerokara.kernels.compiled.sliding import pack, pack_back, reach, slide
from zerokara.kernels.compiled.sliding_grad import collect, slide_grad_w
from zerokara.kernels.compiled.tiles import MASK, RELU
from zerokara.kernels.reference.conv import check_conv, conv_output_size

Pair = tuple[int, int]
Plan = tuple[int, ...]
Span = tuple[int, int, int, int]

_BLOCK_BYTES = 384 * 1024  # of a block: with the weights beside it, it stays in a second-level cache
_BLOCK_PIXELS = 2048
_ALIAS_BYTES = 2048  # pixels at such distances fight for the same few places of the first-level cache
_LARGE_SUMS = 1 << 18  # gradients with more numbers are not summed up per thread and then added


def conv2d(x: Array, w: Array, b: Array | None, stride: Pair, padding: Pair, dilation: Pair, groups: int) -> Array:
    """Slide the filters `w` over the images `x`. See the reference."""
    return conv2d_fused(x, w, b, stride, padding, dilation, groups, relu=False)


def conv2d_fused(
    x: Array, w: Array, b: Array | None, stride: Pair, padding: Pair, dilation: Pair, groups: int, relu: bool
) -> Array:
    """`conv2d`, and max(·, 0) of it if `relu`."""
    check_conv(x.shape, w.shape, groups)
    size = _output_size(x.shape, w.shape, stride, padding, dilation)
    expect_shape("the bias", b, w.shape[:1])
    if not compilable(x, w, *(() if b is None else (b,))) or 0 in (*x.shape, *w.shape):
        y = reference.conv2d(x, w, b, stride, padding, dilation, groups)
        return reference.relu(y) if relu else y
    if winograd.suits(x.shape, w.shape, stride, padding, dilation, groups, x.dtype):
        return winograd.conv2d(x, w, b, padding, relu)
    if _is_product(w.shape, stride, padding, groups):
        return _images(multiply(_pixels(x), w.reshape(w.shape[:2]).T, b, None, relu=relu), x.shape)
    lead = -padding[0], -padding[1]
    memory, strides = image_memory(x)
    each = _is_depthwise(x.shape, w.shape, groups)
    plan = _plan(
        x.shape,
        strides,
        1 if each else groups,
        w.shape,
        size,
        stride,
        (1, 1),
        dilation,
        lead,
        x.dtype,
        each,
        threads.count(),
    )
    packed = _packed(w, b, (1, *plan[1:]) if each else plan)
    y, y_memory = new_images((len(x), len(w), *size), x.dtype)
    spans = _spans(len(x), plan, 2.0 * y.size * w.size / len(w), x.dtype)
    end = RELU if relu else 0
    kernel = slide_each if each else slide
    threads.share(kernel.on(x.dtype), [(memory, packed, y_memory, packed, plan, end, span) for span in spans])
    return y


def conv2d_grad_x(
    g: Array, w: Array, x_shape: Shape, stride: Pair, padding: Pair, dilation: Pair, groups: int
) -> Array:
    """∂L/∂x: every g[n,f,i,j]·w[f], added back onto the window it came from. See the reference."""
    return conv2d_grad_x_fused(g, w, x_shape, stride, padding, dilation, groups, None)


def conv2d_grad_x_fused(
    g: Array, w: Array, x_shape: Shape, stride: Pair, padding: Pair, dilation: Pair, groups: int, mask: Array | None
) -> Array:
    """`conv2d_grad_x`, and 0 where the mask, the result of the ReLU that x is, is not positive."""
    check_conv(x_shape, w.shape, groups)
    expect_shape("g", g, (x_shape[0], w.shape[0], *_output_size(x_shape, w.shape, stride, padding, dilation)))
    expect_shape("the mask", mask, x_shape)
    if not compilable(g, w, *(() if mask is None else (mask,))) or 0 in (*g.shape, *w.shape, *x_shape):
        dx = reference.conv2d_grad_x(g, w, x_shape, stride, padding, dilation, groups)
        return dx if mask is None else reference.relu_grad(dx, mask)
    if winograd.suits(x_shape, w.shape, stride, padding, dilation, groups, w.dtype):
        return winograd.conv2d_grad_x(g, w, x_shape, padding, mask)
    if _is_product(w.shape, stride, padding, groups):
        seen = None if mask is None else _pixels(mask)
        return _images(multiply(_pixels(g), w.reshape(w.shape[:2]), None, seen, relu=False), x_shape)
    memory, strides = image_memory(g)
    turned = -dilation[0], -dilation[1]
    each = _is_depthwise(x_shape, w.shape, groups)
    plan = _plan(g.shape, strides, 1 if each else groups, (x_shape[1], 0, *w.shape[2:]), x_shape[2:], (1, 1), stride,
                 turned, padding, g.dtype, each, threads.count())  # fmt: skip
    packed = _packed(w, None, (1, *plan[1:])) if each else _packed_back(w, plan)
    dx, dx_memory = new_images(x_shape, g.dtype)
    spans = _spans(len(g), plan, 2.0 * g.size * w.size / len(w), g.dtype)
    seen, end = (packed, 0) if mask is None else (channels_last(mask).reshape(-1), MASK)
    kernel = slide_each if each else slide
    threads.share(kernel.on(g.dtype), [(memory, packed, dx_memory, seen, plan, end, span) for span in spans])
    return dx


def conv2d_grad_w(
    g: Array, x: Array, w_shape: Shape, stride: Pair, padding: Pair, dilation: Pair, groups: int
) -> Array:
    """∂L/∂w[f,c,p,q] = Σ_nij g[n,f,i,j] · x[n, c, i·s + p·d − padding, j·s + q·d − padding]. See the reference."""
    check_conv(x.shape, w_shape, groups)
    expect_shape("g", g, (len(x), w_shape[0], *_output_size(x.shape, w_shape, stride, padding, dilation)))
    if not compilable(g, x) or 0 in (*g.shape, *x.shape, *w_shape):
        return reference.conv2d_grad_w(g, x, w_shape, stride, padding, dilation, groups)
    if winograd.suits(x.shape, w_shape, stride, padding, dilation, groups, x.dtype):
        return winograd.conv2d_grad_w(g, x, w_shape, padding)
    if _is_product(w_shape, stride, padding, groups):
        return multiply(_pixels(g).T, _pixels(x), None, None, relu=False).reshape(w_shape)
    each = _is_depthwise(x.shape, w_shape, groups)
    groups = 1 if each else groups
    f, c, p, q = w_shape
    memory, strides = image_memory(x)
    slopes = channels_last(g).reshape(-1)
    lead = -padding[0], -padding[1]
    plan = _plan(
        x.shape, strides, groups, w_shape, g.shape[2:], stride, (1, 1), dilation, lead, x.dtype, each, threads.count()
    )
    size = groups * c * p * q * _panels(f // groups, x.dtype) * 2 * _lanes(x.dtype)
    spans = _spans(len(x), plan, 2.0 * g.size * c * p * q, x.dtype, by_columns=size > _LARGE_SUMS)
    shares = len({span[:2] for span in spans})  # threads with filters of their own write to the same sums
    sums = empty((shares, size), x.dtype)
    kernel = slide_each_grad_w if each else slide_grad_w
    threads.share(kernel.on(x.dtype), [(memory, slopes, sums[k % shares], plan, span) for k, span in enumerate(spans)])
    dw = empty(w_shape, x.dtype)
    sizes = shares, groups, f // groups, c, p * q
    pieces = threads.parts(-(-(f // groups) // _lanes(x.dtype)), sums.size)
    threads.share(collect.on(x.dtype), [(sums.reshape(-1), dw.reshape(-1), sizes, *piece) for piece in pieces])
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


def _is_product(w_shape: Shape, stride: Pair, padding: Pair, groups: int) -> bool:
    """Whether the convolution is a plain product of matrices: filters of one tap that look at every pixel."""
    return w_shape[2:] == (1, 1) and stride == (1, 1) and padding == (0, 0) and groups == 1


def _is_depthwise(x_shape: Shape, w_shape: Shape, groups: int) -> bool:
    """Whether every channel has one filter of its own."""
    return groups > 1 and groups == x_shape[1] == w_shape[0]


def _packed(w: Array, b: Array | None, plan: Plan) -> Array:
    """The filters, and the bias or zeros, as `slide` reads them."""
    filters = plain(w).reshape(-1)
    packed = empty((_packed_size(plan, w.size, w.dtype),), w.dtype)
    bias = filters[:0] if b is None else plain(b)
    ranges = threads.parts(plan[0], w.size)
    threads.share(pack.on(w.dtype), [(filters, bias, packed, plan, *r) for r in ranges])
    return packed


def _packed_back(w: Array, plan: Plan) -> Array:
    """The filters as `slide` reads them on the way back."""
    packed = empty((_packed_size(plan, w.size, w.dtype),), w.dtype)
    ranges = threads.parts(len(w), w.size)
    threads.share(pack_back.on(w.dtype), [(plain(w).reshape(-1), packed, plan, *r) for r in ranges])
    return packed


def _pixels(x: Array) -> Array:
    """Images (N, C, H, W) as a matrix with a row per pixel: (N·H·W, C)."""
    return channels_last(x).reshape(-1, x.shape[1])


def _images(pixels: Array, shape: Shape) -> Array:
    """The way back, for images of this shape but with other channels."""
    return pixels.reshape(shape[0], *shape[2:], -1).transpose(0, 3, 1, 2)


@functools.lru_cache(1024)
def _plan(
    x_shape: Shape,
    strides: Shape,
    groups: int,
    w_shape: Shape,
    size: Shape,
    s: Pair,
    spread: Pair,
    d: Pair,
    lead: Pair,
    dtype: "np.dtype[np.generic]",
    whole_vectors: bool,
    crew: int,
) -> Plan:
    """All the sizes of a convolution, in the order in which the kernels read them (see `sliding`)."""
    n, c, h, w = x_shape
    low, high = zip(*(reach(w_shape[2 + k], d[k], lead[k], spread[k]) for k in (0, 1)), strict=True)
    height, width = ((-(-size[k] // spread[k]) - 1) * s[k] + high[k] - low[k] + 1 for k in (0, 1))
    pitch = c + (_lanes(dtype) if s[1] * c * dtype.itemsize % _ALIAS_BYTES == 0 else 0)
    dense = (strides[1] == 1 or c == 1) and strides[3] == c and strides[2] == w * c and strides[0] == h * w * c
    dense = dense and (c % _lanes(dtype) == 0 or not whole_vectors)
    ready = dense and pitch == c and min(low) >= 0 and low[0] + height <= h and low[1] + width <= w
    band, images = size[0], 1
    row_bytes = width * pitch * dtype.itemsize
    most = min(_BLOCK_PIXELS // size[1] + 1, (_BLOCK_BYTES // row_bytes - height) // s[0] * spread[0] + size[0])
    if most < size[0]:
        band = max(most // spread[0], 1) * spread[0]
    else:
        images = max(1, min(n, _BLOCK_PIXELS // (size[0] * size[1]), _BLOCK_BYTES // (height * row_bytes)))
    units = n * -(-size[0] // band)
    if units < 4 * crew and units % crew and band > 4 * spread[0]:  # too few images to share: cut them, too
        band = -(-band // (2 * spread[0])) * spread[0]
    height = (-(-band // spread[0]) - 1) * s[0] + high[0] - low[0] + 1
    block = h if ready else height, w if ready else width
    return (c, h, w, *strides, groups, w_shape[0], *w_shape[2:], *size, *s, *spread, *d, *lead, band, images, pitch,
            int(ready), *block, *low)  # fmt: skip


def _spans(n: int, plan: Plan, work: float, dtype: "np.dtype[np.generic]", *, by_columns: bool = False) -> list[Span]:
    """What each thread does: some of the units of work, or some of the filters of all of them."""
    units, columns = n * -(-plan[11] // plan[21]), plan[8] // plan[7]
    ranges = threads.parts(units, work)
    panels = threads.parts(_panels(columns, dtype), work)
    if len(panels) > len(ranges) or (by_columns and len(panels) == len(ranges)):
        width = 2 * _lanes(dtype)
        return [(0, units, first * width, min(last * width, columns)) for first, last in panels]
    return [(*r, 0, columns) for r in ranges]


def _output_size(x_shape: Shape, w_shape: Shape, stride: Pair, padding: Pair, dilation: Pair) -> Pair:
    rows, columns = (
        conv_output_size(x_shape[2 + k], w_shape[2 + k], stride[k], padding[k], dilation[k]) for k in (0, 1)
    )
    return rows, columns


def _lanes(dtype: "np.dtype[np.generic]") -> int:
    """Numbers in a vector register."""
    return VECTOR_BYTES // dtype.itemsize


def _panels(columns: int, dtype: "np.dtype[np.generic]") -> int:
    """The number of panels, of two vectors each, that hold so many columns."""
    return -(-columns // (2 * _lanes(dtype)))


def _packed_size(plan: Plan, weights: int, dtype: "np.dtype[np.generic]") -> int:
    """Numbers in packed filters and bias, and the vectors that may be read beyond."""
    groups, outputs = plan[7:9]
    return (groups * _panels(outputs // groups, dtype) * (weights // outputs + 1) + 1) * 2 * _lanes(dtype)


@kernel("void(T[::1], f8[::1], i8, i8)", writes=("sums",))
def _channel_sum(g, sums, start, stop):  # type: ignore[no-untyped-def]
    """sums[c] = Σ g[row, c] for the rows start…stop−1, in float64 after every 256 additions.

    Several rows are added at a time, as one long row: few channels alone would not fill the vectors.
    """
    channels = sums.size
    long = max(1, 256 // channels) * channels
    part = empty_row(long, g.dtype)
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


@kernel("void(T[::1], f8[:, ::1])", writes=("total",))
def _add_up(total, sums):  # type: ignore[no-untyped-def]
    """total[c] = Σ over the threads of sums[thread, c]."""
    for c in range(total.size):
        here = 0.0
        for k in range(len(sums)):
            here += sums[k, c]
        total[c] = here

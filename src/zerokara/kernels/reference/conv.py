"""Convolution through im2col: every window becomes a row, so that the convolution is one matrix product.

The way of the textbook ("ゼロから作るDeep Learning", chapter 7). Letters: N images, C channels, H×W pixels, F filters
of P×Q taps, output I×J; s stride, d dilation.
"""

import math

import numpy as np

from zerokara.arguments import short
from zerokara.arrays import Array, Shape

Pair = tuple[int, int]


def conv_output_size(size: int, kernel: int, stride: int, padding: int, dilation: int) -> int:
    """How many places a kernel has along one axis: ⌊(size + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1.

    6 pixels, kernel 2, stride 1, padding 1  →  7.
    Raises ValueError when the kernel is larger than the padded image.
    """
    if min(kernel, stride, dilation) < 1 or min(size, padding) < 0:
        raise ValueError(
            f"Conv2d output size: kernel, stride and dilation are at least 1 and padding at least 0; "
            f"got kernel {short(kernel)}, stride {short(stride)}, padding {short(padding)}, "
            f"dilation {short(dilation)}"
        )
    reach = dilation * (kernel - 1) + 1
    if reach > size + 2 * padding:
        dilated = f" (with dilation {dilation} it spans {reach})" if dilation > 1 else ""
        raise ValueError(
            f"Conv2d output size: a kernel of {kernel}{dilated} does not fit into {size} + 2·{padding} = "
            f"{size + 2 * padding} pixels; take a smaller kernel or more padding"
        )
    return (size + 2 * padding - reach) // stride + 1


def im2col(x: Array, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair) -> Array:
    """Every window of every image as one row.

    col[n, i, j, c, p, q] = x[n, c, i·s + p·d − padding, j·s + q·d − padding], zero outside the image.
    Shapes: x (N, C, H, W)  →  (N, I, J, C, P, Q), in memory (N, I, J, P, Q, C): the channels are copied in one piece.
    """
    n, c, h, w = x.shape
    rows = conv_output_size(h, kernel[0], stride[0], padding[0], dilation[0])
    columns = conv_output_size(w, kernel[1], stride[1], padding[1], dilation[1])
    padded = np.pad(x.transpose(0, 2, 3, 1), ((0, 0), (padding[0],) * 2, (padding[1],) * 2, (0, 0)))
    col = np.empty((n, rows, columns, *kernel, c), x.dtype)
    for p in range(kernel[0]):
        for q in range(kernel[1]):
            places = _places(p, rows, stride[0], dilation[0]), _places(q, columns, stride[1], dilation[1])
            col[:, :, :, p, q] = padded[:, *places]
    return col.transpose(0, 1, 2, 5, 3, 4)


def col2im(col: Array, x_shape: Shape, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair) -> Array:
    """The adjoint of `im2col`: every row is added back onto the window it came from. ⟨im2col x, y⟩ = ⟨x, col2im y⟩.

    Shapes: col (N, I, J, C, P, Q)  →  (N, C, H, W).
    """
    n, c, h, w = x_shape
    rows, columns = col.shape[1:3]
    padded = np.zeros((n, h + 2 * padding[0], w + 2 * padding[1], c), col.dtype)
    for p in range(kernel[0]):
        for q in range(kernel[1]):
            places = _places(p, rows, stride[0], dilation[0]), _places(q, columns, stride[1], dilation[1])
            padded[:, *places] += col[..., p, q]
    return padded[:, padding[0] : padding[0] + h, padding[1] : padding[1] + w].transpose(0, 3, 1, 2)


def conv2d(x: Array, w: Array, b: Array | None, stride: Pair, padding: Pair, dilation: Pair, groups: int) -> Array:
    """Slide the filters `w` over the images `x` (a cross-correlation, as everywhere in deep learning).

    y[n,f,i,j] = b[f] + Σ_cpq x[n, c, i·s + p·d − padding, j·s + q·d − padding] · w[f,c,p,q]

    Shapes: x (N, C, H, W), w (F, C/groups, P, Q), b (F,)  →  y (N, F, I, J). With groups, the filters of group k see
    the channels of group k only.
    """
    check_conv(x.shape, w.shape, groups)
    col = im2col(x, (w.shape[2], w.shape[3]), stride, padding, dilation)
    n, rows, columns = col.shape[:3]
    y = _by_group(col, groups) @ _filters(w, groups).transpose(0, 2, 1)
    y = y.transpose(1, 0, 2).reshape(n, rows, columns, w.shape[0])
    if b is not None:
        y = y + b
    return y.transpose(0, 3, 1, 2)


def conv2d_grad_x(
    g: Array, w: Array, x_shape: Shape, stride: Pair, padding: Pair, dilation: Pair, groups: int
) -> Array:
    """∂L/∂x: every g[n,f,i,j]·w[f], added back onto the window it came from.

    Shapes: g (N, F, I, J), w (F, C/groups, P, Q)  →  (N, C, H, W).
    """
    check_conv(x_shape, w.shape, groups)
    n, _, rows, columns = g.shape
    filters, _, p, q = w.shape
    by_tap = w.transpose(2, 3, 0, 1).reshape(p, q, groups, filters // groups, -1)
    col = _by_group(g.transpose(0, 2, 3, 1), groups) @ by_tap  # one product a tap, so that `col2im` adds long rows
    col = col.transpose(0, 1, 3, 2, 4).reshape(p, q, n, rows, columns, x_shape[1])
    return col2im(col.transpose(2, 3, 4, 5, 0, 1), x_shape, (p, q), stride, padding, dilation)


def conv2d_grad_w(
    g: Array, x: Array, w_shape: Shape, stride: Pair, padding: Pair, dilation: Pair, groups: int
) -> Array:
    """∂L/∂w[f,c,p,q] = Σ_nij g[n,f,i,j] · x[n, c, i·s + p·d − padding, j·s + q·d − padding].

    Shapes: g (N, F, I, J), x (N, C, H, W)  →  (F, C/groups, P, Q).
    """
    check_conv(x.shape, w_shape, groups)
    windows = _by_group(im2col(x, (w_shape[2], w_shape[3]), stride, padding, dilation), groups)
    slopes = _by_group(g.transpose(0, 2, 3, 1), groups)
    filters, c, p, q = w_shape
    return (slopes.transpose(0, 2, 1) @ windows).reshape(filters, p, q, c).transpose(0, 3, 1, 2)


def channel_sum(g: Array) -> Array:
    """Σ over every axis but the second: the gradient of a bias per channel. Shapes: (N, C, …)  →  (C,)."""
    total: Array = g.sum((0, *range(2, g.ndim)), dtype=np.float64)
    return total.astype(g.dtype)


def check_conv(x_shape: Shape, w_shape: Shape, groups: int) -> None:
    """Refuse images and filters that do not belong together, in words."""
    if len(x_shape) != 4 or len(w_shape) != 4:
        raise ValueError(
            f"conv2d expects images (N, C, H, W) and filters (F, C, P, Q); got {short(x_shape)} and {short(w_shape)}"
        )
    if groups < 1 or w_shape[0] % groups or x_shape[1] != w_shape[1] * groups:
        raise ValueError(
            f"conv2d with groups={groups}: images with {x_shape[1]} channels do not fit filters {short(w_shape)}; "
            f"these expect {w_shape[1] * groups} channels, and their number {w_shape[0]} must divide by groups"
        )


def _by_group(col: Array, groups: int) -> Array:
    """(N, I, J, C, …)  →  (groups, N·I·J, …·C/groups): one matrix per group, a row for every place of the kernel."""
    n, rows, columns, c, *taps = col.shape
    col = np.moveaxis(col, 3, -1).reshape(n * rows * columns, math.prod(taps), groups, c // groups)
    return col.transpose(2, 0, 1, 3).reshape(groups, n * rows * columns, math.prod(taps) * (c // groups))


def _filters(w: Array, groups: int) -> Array:
    """(F, C/groups, P, Q)  →  (groups, F/groups, P·Q·C/groups): one matrix per group, a row for every filter."""
    filters, c, p, q = w.shape
    return w.transpose(0, 2, 3, 1).reshape(groups, filters // groups, p * q * c)


def _places(tap: int, count: int, stride: int, dilation: int) -> slice:
    """Where tap p meets the padded image, for all `count` positions of the kernel."""
    return slice(tap * dilation, tap * dilation + stride * (count - 1) + 1, stride)

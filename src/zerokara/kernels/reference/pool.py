"""Max and average pooling, with PyTorch's conventions for padding, ceil_mode and the index of the maximum."""

import numpy as np

from zerokara.arguments import short
from zerokara.arrays import Array, Shape

Pair = tuple[int, int]


def pool_output_size(size: int, kernel: int, stride: int, padding: int, dilation: int, ceil_mode: bool) -> int:
    """How many windows fit along one axis: (size + 2·padding − dilation·(kernel − 1) − 1) / stride + 1.

    The quotient is rounded down, or up with `ceil_mode`; then a last window that would start in the padding behind the
    image is dropped. Padding of more than half a window is refused, for such a window could see no pixel.
    """
    reach = dilation * (kernel - 1) + 1
    if min(kernel, stride, dilation) < 1 or padding < 0:
        raise ValueError(
            f"Pooling needs kernel, stride and dilation ≥ 1 and padding ≥ 0; "
            f"got kernel {short(kernel)}, stride {short(stride)}, padding {short(padding)}, "
            f"dilation {short(dilation)}"
        )
    if 2 * padding > reach:
        raise ValueError(f"Pooling padding {padding} is more than half of the window ({reach}): some would be empty")
    windows = (size + 2 * padding - reach + (stride - 1 if ceil_mode else 0)) // stride + 1
    if ceil_mode and (windows - 1) * stride >= size + padding:
        windows -= 1
    if size < 1 or windows < 1:
        raise ValueError(
            f"Pooling output size: a window of {reach} does not fit into {size} + 2·{padding} pixels; "
            "take a smaller window or larger images"
        )
    return windows


def max_pool2d(
    x: Array, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair, ceil_mode: bool
) -> tuple[Array, Array]:
    """The largest pixel of every window, and where it was.

    y[n,c,i,j] = max_pq x[n, c, i·s − pad + p·d, j·s − pad + q·d] over the pixels inside the image

    Shapes: x (N, C, H, W)  →  y and argmax (N, C, H', W'). argmax (int32) is the flat index h·W + w into the image. The
    first of equal pixels wins; a NaN beats every number. A window without any pixel (possible with dilation only) gives
    −∞ (of integers, the least one) and the index −1.
    """
    n, c, h, w = x.shape
    taps_h = _taps(h, kernel[0], stride[0], padding[0], dilation[0], ceil_mode)
    taps_w = _taps(w, kernel[1], stride[1], padding[1], dilation[1], ceil_mode)
    least = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
    y = np.full((n, c, taps_h.shape[1], taps_w.shape[1]), least, x.dtype)
    argmax = np.full(y.shape, -1, np.int32)
    for rows in taps_h:
        for columns in taps_w:
            inside = ((rows >= 0) & (rows < h))[:, None] & ((columns >= 0) & (columns < w))
            values = x[:, :, rows.clip(0, h - 1)[:, None], columns.clip(0, w - 1)]
            better = inside & ((argmax < 0) | (values > y) | (np.isnan(values) & ~np.isnan(y)))
            y = np.where(better, values, y)
            argmax = np.where(better, (rows[:, None] * w + columns).astype(np.int32), argmax)
    return y, argmax


def max_pool2d_grad(g: Array, argmax: Array, x_shape: Shape) -> Array:
    """Every gradient goes back to the one pixel that was the maximum; windows that overlap add up.

    Shapes: g, argmax (N, C, H', W')  →  dx (N, C, H, W).
    """
    n, c, h, w = x_shape
    dx = np.zeros((n * c, h * w), g.dtype)
    planes = np.arange(n * c).repeat(g.shape[2] * g.shape[3])
    index = argmax.reshape(-1)
    found = index >= 0
    np.add.at(dx, (planes[found], index[found]), g.reshape(-1)[found])
    return dx.reshape(n, c, h, w)


def avg_pool2d(x: Array, kernel: Pair, stride: Pair, padding: Pair, ceil_mode: bool, count_include_pad: bool) -> Array:
    """The mean of every window: y[n,c,i,j] = Σ_pq x[n, c, i·s − pad + p, j·s − pad + q] / count[i,j].

    count is the number of positions of the window inside the padded image, or inside the image alone when
    `count_include_pad` is false. Shapes: x (N, C, H, W)  →  y (N, C, H', W').
    """
    n, c, h, w = x.shape
    taps_h = _taps(h, kernel[0], stride[0], padding[0], 1, ceil_mode)
    taps_w = _taps(w, kernel[1], stride[1], padding[1], 1, ceil_mode)
    total = np.zeros((n, c, taps_h.shape[1], taps_w.shape[1]), x.dtype)
    for rows in taps_h:
        for columns in taps_w:
            inside = ((rows >= 0) & (rows < h))[:, None] & ((columns >= 0) & (columns < w))
            values = x[:, :, rows.clip(0, h - 1)[:, None], columns.clip(0, w - 1)]
            total += np.where(inside, values, 0)
    rows_counted = _counts(taps_h, h, padding[0], count_include_pad)
    y: Array = total / np.outer(rows_counted, _counts(taps_w, w, padding[1], count_include_pad)).astype(x.dtype)
    return y


def avg_pool2d_grad(
    g: Array,
    x_shape: Shape,
    kernel: Pair,
    stride: Pair,
    padding: Pair,
    ceil_mode: bool,
    count_include_pad: bool,
) -> Array:
    """Every gradient, divided by its count, is added to each pixel of its window.

    Shapes: g (N, C, H', W')  →  dx (N, C, H, W).
    """
    h, w = x_shape[2:]
    taps_h = _taps(h, kernel[0], stride[0], padding[0], 1, ceil_mode)
    taps_w = _taps(w, kernel[1], stride[1], padding[1], 1, ceil_mode)
    rows_counted = _counts(taps_h, h, padding[0], count_include_pad)
    share = g / np.outer(rows_counted, _counts(taps_w, w, padding[1], count_include_pad)).astype(g.dtype)
    dx = np.zeros(x_shape, g.dtype)
    for rows in taps_h:
        for columns in taps_w:
            seen_h, seen_w = (rows >= 0) & (rows < h), (columns >= 0) & (columns < w)
            pixels = (..., rows[seen_h][:, None], columns[seen_w])
            dx[pixels] += share[:, :, seen_h][..., seen_w]  # one tap meets each pixel at most once
    return dx


def _taps(size: int, kernel: int, stride: int, padding: int, dilation: int, ceil_mode: bool) -> Array:
    """(kernel, windows): the pixel that tap p of window i reads; outside 0…size−1 it is padding."""
    windows = pool_output_size(size, kernel, stride, padding, dilation, ceil_mode)
    return np.arange(kernel)[:, None] * dilation + np.arange(windows) * stride - padding


def _counts(taps: Array, size: int, padding: int, count_include_pad: bool) -> Array:
    """(windows,): how many taps of each window count along this axis."""
    margin = padding if count_include_pad else 0
    counts: Array = ((-margin <= taps) & (taps < size + margin)).sum(axis=0)
    return counts

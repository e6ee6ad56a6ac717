"""Max and average pooling, channels innermost: for each window all channels at a time, so that lanes are channels."""

import numpy as np

from zerokara.arrays import Array, Shape
from zerokara.kernels.compiled import definition as reference
from zerokara.kernels.compiled import threads
from zerokara.kernels.compiled.build import compilable, expect_shape, inner, kernel
from zerokara.kernels.compiled.layout import channels_last, image_memory, new_images
from zerokara.kernels.compiled.simd import VECTOR_BYTES, largest_of_four
from zerokara.kernels.reference.pool import pool_output_size

Pair = tuple[int, int]


def max_pool2d(
    x: Array, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair, ceil_mode: bool
) -> tuple[Array, Array]:
    """The largest pixel of every window, and where it was. See the reference."""
    if not compilable(x) or x.size == 0:
        return reference.max_pool2d(x, kernel, stride, padding, dilation, ceil_mode)
    n, c, h, w = x.shape
    rows, columns = (
        pool_output_size(x.shape[2 + k], kernel[k], stride[k], padding[k], dilation[k], ceil_mode) for k in (0, 1)
    )
    y, y_memory = new_images((n, c, rows, columns), x.dtype)
    argmax, argmax_memory = new_images(y.shape, np.int32)
    calls = threads.parts(n, x.size)
    beyond = ceil_mode and (h % 2 or w % 2)
    whole = c >= VECTOR_BYTES // x.itemsize  # enough channels for a vector
    if whole and kernel == stride == (2, 2) and dilation == (1, 1) and padding == (0, 0) and not beyond:
        memory = channels_last(x).reshape(-1), y_memory, argmax_memory, (h, w, rows, columns, c)
        threads.share(_max_pool_2x2.on(x.dtype), [(*memory, *r) for r in calls])
        return y, argmax
    shape = n, rows, columns, c
    plan = h, w, rows, columns, *kernel, *stride, *padding, *dilation
    arrays = channels_last(x), y_memory.reshape(shape), argmax_memory.reshape(shape), plan
    threads.share(_max_pool.on(x.dtype), [(*arrays, *r) for r in calls])
    return y, argmax


def max_pool2d_grad(g: Array, argmax: Array, x_shape: Shape) -> Array:
    """Every gradient goes back to the one pixel that was the maximum. See the reference."""
    if not compilable(g) or g.size == 0:
        return reference.max_pool2d_grad(g, argmax, x_shape)
    n, c, h, w = x_shape
    expect_shape("g", g, (n, c, *g.shape[2:]))
    expect_shape("argmax", argmax, g.shape)
    dx, dx_memory = new_images(x_shape, g.dtype)
    slopes, (along_n, along_c, _, along_w) = image_memory(g)
    arrays = slopes, channels_last(argmax).reshape(n, -1, c), dx_memory.reshape(n, h * w, c)
    plan = along_n, along_c, along_w
    threads.share(_max_pool_grad.on(g.dtype), [(*arrays, plan, *r) for r in threads.parts(n, dx.size)])
    return dx


def avg_pool2d(x: Array, kernel: Pair, stride: Pair, padding: Pair, ceil_mode: bool, count_include_pad: bool) -> Array:
    """The mean of every window. See the reference."""
    if not compilable(x) or x.size == 0:
        return reference.avg_pool2d(x, kernel, stride, padding, ceil_mode, count_include_pad)
    plan = _avg_plan(x.shape, kernel, stride, padding, ceil_mode, count_include_pad)
    y, y_memory = new_images((*x.shape[:2], *plan[2:4]), x.dtype)
    arrays = channels_last(x), y_memory.reshape(len(x), *plan[2:4], x.shape[1])
    threads.share(_avg_pool.on(x.dtype), [(*arrays, plan, *r) for r in threads.parts(len(x), x.size)])
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
    """Every gradient, divided by its count, is added to each pixel of its window. See the reference."""
    if not compilable(g) or g.size == 0:
        return reference.avg_pool2d_grad(g, x_shape, kernel, stride, padding, ceil_mode, count_include_pad)
    plan = _avg_plan(x_shape, kernel, stride, padding, ceil_mode, count_include_pad)
    expect_shape("g", g, (*x_shape[:2], *plan[2:4]))
    dx, dx_memory = new_images(x_shape, g.dtype)
    arrays = channels_last(g), dx_memory.reshape(len(g), *x_shape[2:], x_shape[1])
    threads.share(_avg_pool_grad.on(g.dtype), [(*arrays, plan, *r) for r in threads.parts(len(g), dx.size)])
    return dx


def _avg_plan(
    x_shape: Shape, kernel: Pair, stride: Pair, padding: Pair, ceil_mode: bool, count_include_pad: bool
) -> tuple[int, ...]:
    """The sizes of an average pooling, in the order in which the kernels read them."""
    rows, columns = (pool_output_size(x_shape[2 + k], kernel[k], stride[k], padding[k], 1, ceil_mode) for k in (0, 1))
    return (*x_shape[2:], rows, columns, *kernel, *stride, *padding, int(count_include_pad))


@kernel("void(T[::1], T[::1], i4[::1], UniTuple(i8, 5), i8, i8)")
def _max_pool_2x2(x, y, argmax, plan, start, stop):  # type: ignore[no-untyped-def]
    """Windows of 2×2 side by side, none beyond the border: four vectors of channels are compared at once."""
    h, w, rows, columns, channels = plan
    lanes = VECTOR_BYTES // x.itemsize
    for row in range(start * rows, stop * rows):
        n, i = row // rows, row % rows
        for j in range(columns):
            above = ((n * h + 2 * i) * w + 2 * j) * channels
            for begin in range(0, channels, lanes):
                c = min(begin, channels - lanes)  # the last vector moves back to be a whole one
                target = (row * columns + j) * channels + c
                corner = above + c
                largest_of_four(x, corner, corner + w * channels, channels, y, argmax, target, 2 * (i * w + j), w)


@kernel("void(T[:, :, :, ::1], T[:, :, :, ::1], i4[:, :, :, ::1], UniTuple(i8, 12), i8, i8)")
def _max_pool(x, y, argmax, plan, start, stop):  # type: ignore[no-untyped-def]
    """Any windows: tap after tap, keeping the largest so far. The first of equals wins; a NaN beats every number."""
    h, w, rows, columns, p, q, stride_h, stride_w, top, left, dilation_h, dilation_w = plan
    for n in range(start, stop):
        for i in range(rows):
            for j in range(columns):
                best, where = y[n, i, j], argmax[n, i, j]
                best[:] = -np.inf
                where[:] = -1
                for tap in range(p * q):
                    row = i * stride_h - top + tap // q * dilation_h
                    column = j * stride_w - left + tap % q * dilation_w
                    if row < 0 or row >= h or column < 0 or column >= w:
                        continue
                    seen, place = x[n, row, column], np.int32(row * w + column)
                    for c in range(best.size):
                        if where[c] < 0 or seen[c] > best[c] or (seen[c] != seen[c] and best[c] == best[c]):
                            best[c], where[c] = seen[c], place


@kernel("void(T[::1], i4[:, :, ::1], T[:, :, ::1], UniTuple(i8, 3), i8, i8)")
def _max_pool_grad(g, argmax, dx, plan, start, stop):  # type: ignore[no-untyped-def]
    """dx[n, argmax, c] += g[n, window, c]. The gradient may lie in memory in either way."""
    along_n, along_c, along_window = plan
    for n in range(start, stop):
        image = dx[n]
        image[:] = 0
        for k in range(argmax.shape[1]):
            where, slopes = argmax[n, k], g[n * along_n + k * along_window :]
            for c in range(where.size):
                if where[c] >= 0:
                    image[np.uint32(where[c]), c] += slopes[c * along_c]


@inner
def _window(k, size, kernel_size, stride, padding, include_pad):  # type: ignore[no-untyped-def]
    """(first pixel, one behind the last, how many positions count) of window k along one axis."""
    begin = k * stride - padding
    end = min(begin + kernel_size, size + padding)
    inside_begin, inside_end = max(begin, 0), min(end, size)
    return inside_begin, inside_end, end - begin if include_pad else inside_end - inside_begin


@kernel("void(T[:, :, :, ::1], T[:, :, :, ::1], UniTuple(i8, 11), i8, i8)")
def _avg_pool(x, y, plan, start, stop):  # type: ignore[no-untyped-def]
    """y = the sum over the window, divided by its count."""
    h, w, rows, columns, p, q, stride_h, stride_w, top, left, include_pad = plan
    for n in range(start, stop):
        for i in range(rows):
            row_begin, row_end, row_count = _window(i, h, p, stride_h, top, include_pad)
            for j in range(columns):
                begin, end, count = _window(j, w, q, stride_w, left, include_pad)
                mean = y[n, i, j]
                mean[:] = 0
                for row in range(row_begin, row_end):
                    for column in range(begin, end):
                        seen = x[n, row, column]
                        for c in range(mean.size):
                            mean[c] += seen[c]
                share = x.dtype.type(row_count * count)
                for c in range(mean.size):
                    mean[c] /= share


@kernel("void(T[:, :, :, ::1], T[:, :, :, ::1], UniTuple(i8, 11), i8, i8)")
def _avg_pool_grad(g, dx, plan, start, stop):  # type: ignore[no-untyped-def]
    """dx += g / count, for each pixel of the window."""
    h, w, rows, columns, p, q, stride_h, stride_w, top, left, include_pad = plan
    for n in range(start, stop):
        dx[n] = 0
        for i in range(rows):
            row_begin, row_end, row_count = _window(i, h, p, stride_h, top, include_pad)
            for j in range(columns):
                begin, end, count = _window(j, w, q, stride_w, left, include_pad)
                slopes = g[n, i, j]
                share = g.dtype.type(row_count * count)
                for row in range(row_begin, row_end):
                    for column in range(begin, end):
                        target = dx[n, row, column]
                        for c in range(target.size):
                            target[c] += slopes[c] / share

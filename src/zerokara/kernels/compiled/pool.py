"""Max and average pooling, channels innermost: for each window all channels at a time, so that lanes are channels.

Recorded steps keep, instead of PyTorch's index into the image (4 bytes), the place within the window (1 byte).
"""

from typing import Any

import numpy as np

from zerokara.arrays import Array, Shape
from zerokara.kernels.compiled import definition as reference
from zerokara.kernels.compiled import threads, windows
from zerokara.kernels.compiled.build import compilable, expect_shape, kernel
from zerokara.kernels.compiled.layout import channels_last, image_memory, new_images
from zerokara.kernels.compiled.memory import empty
from zerokara.kernels.reference.pool import pool_output_size

Pair = tuple[int, int]
Plan = tuple[int, ...]


def max_pool2d(
    x: Array, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair, ceil_mode: bool
) -> tuple[Array, Array]:
    """The largest pixel of every window, and where it was. See the reference."""
    if not compilable(x) or x.size == 0:
        return reference.max_pool2d(x, kernel, stride, padding, dilation, ceil_mode)
    plan = _plan(x.shape, kernel, stride, padding, dilation, ceil_mode)
    return _largest(x, plan, np.int32, False)


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


def max_pool2d_places(
    x: Array, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair, ceil_mode: bool
) -> tuple[Array, Array]:
    """As `max_pool2d`, but where the largest was is its tap p·Q + q of the window (uint8), 255 if there is none.

    Windows have at most 255 taps.
    """
    return _places(x, _plan(x.shape, kernel, stride, padding, dilation, ceil_mode), False)


def relu_max_pool2d_places(
    x: Array, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair, ceil_mode: bool
) -> tuple[Array, Array]:
    """`max_pool2d_places` of the ReLU of x. The place is 255 where the result is not above 0: g is lost there."""
    return _places(x, _plan(x.shape, kernel, stride, padding, dilation, ceil_mode), True)


def max_pool2d_places_grad(
    g: Array,
    place: Array,
    x_shape: Shape,
    kernel: Pair,
    stride: Pair,
    padding: Pair,
    dilation: Pair,
    y: Array | None,
) -> Array:
    """The gradient of `max_pool2d_places`. If its result y is given, g counts only where y > 0: a ReLU came before."""
    if not compilable(g, *(() if y is None else (y,))):
        raise reference.NotNativeError("max_pool2d_places_grad")
    n, c, h, w = x_shape
    for name, array in (("g", g), ("place", place), ("y", y)):
        expect_shape(name, array, (n, c, *g.shape[2:]))
    plan = h, w, *g.shape[2:], *kernel, *stride, *padding, *dilation, c
    dx, dx_memory = new_images(x_shape, g.dtype)
    if dx.size == 0:
        return dx
    slopes, places = channels_last(g).reshape(-1), channels_last(place).reshape(-1)
    result = slopes if y is None else channels_last(y).reshape(-1)
    judged = int(y is not None)
    if _apart(plan):
        arguments = slopes, places, result, judged, _covering(plan), dx_memory, plan
        ranges = threads.parts(n * g.shape[2], dx.size)
        threads.share(windows.largest_spread.on(g.dtype), [(*arguments, *r) for r in ranges])
    else:
        given = slopes, places, result, judged, dx_memory, plan
        threads.share(windows.largest_grad.on(g.dtype), [(*given, *r) for r in threads.parts(n * h, dx.size)])
    return dx


def avg_pool2d(x: Array, kernel: Pair, stride: Pair, padding: Pair, ceil_mode: bool, count_include_pad: bool) -> Array:
    """The mean of every window. See the reference."""
    if not compilable(x) or x.size == 0:
        return reference.avg_pool2d(x, kernel, stride, padding, ceil_mode, count_include_pad)
    plan = _plan(x.shape, kernel, stride, padding, (1, 1), ceil_mode)
    y, y_memory = new_images((*x.shape[:2], *plan[2:4]), x.dtype)
    arguments = channels_last(x).reshape(-1), y_memory, int(count_include_pad), plan
    ranges = threads.parts(len(x) * plan[2], x.size)
    threads.share(windows.mean.on(x.dtype), [(*arguments, *r) for r in ranges])
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
    plan = _plan(x_shape, kernel, stride, padding, (1, 1), ceil_mode)
    expect_shape("g", g, (*x_shape[:2], *plan[2:4]))
    dx, dx_memory = new_images(x_shape, g.dtype)
    arrays = channels_last(g).reshape(-1), dx_memory, int(count_include_pad)
    if _apart(plan):
        ranges = threads.parts(len(g) * plan[2], dx.size)
        threads.share(windows.mean_spread.on(g.dtype), [(*arrays, _covering(plan), plan, *r) for r in ranges])
    else:
        ranges = threads.parts(len(g) * x_shape[2], dx.size)
        threads.share(windows.mean_grad.on(g.dtype), [(*arrays, plan, *r) for r in ranges])
    return dx


def _plan(x_shape: Shape, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair, ceil_mode: bool) -> Plan:
    """The sizes of a pooling, in the order in which the kernels read them."""
    rows, columns = (
        pool_output_size(x_shape[2 + k], kernel[k], stride[k], padding[k], dilation[k], ceil_mode) for k in (0, 1)
    )
    return (*x_shape[2:], rows, columns, *kernel, *stride, *padding, *dilation, x_shape[1])


def _apart(plan: Plan) -> bool:
    """Whether no pixel is in two windows."""
    _, _, _, _, taps_h, taps_w, stride_h, stride_w, _, _, dilation_h, dilation_w, _ = plan
    return (taps_h - 1) * dilation_h < stride_h and (taps_w - 1) * dilation_w < stride_w


def _covering(plan: Plan) -> int:
    """1 if windows that lie apart leave no pixel out, else 0."""
    h, w, rows, columns, taps_h, taps_w, stride_h, stride_w, top, left, dilation_h, dilation_w, _ = plan
    dense = (taps_h, taps_w, dilation_h, dilation_w) == (stride_h, stride_w, 1, 1)
    return int(dense and rows * stride_h - top >= h and columns * stride_w - left >= w)


def _places(x: Array, plan: Plan, relu: bool) -> tuple[Array, Array]:
    if not compilable(x) or plan[4] * plan[5] > windows.MOST_TAPS:
        raise reference.NotNativeError("max_pool2d_places")
    if x.size == 0:
        shape = *x.shape[:2], *plan[2:4]
        return empty(shape, x.dtype), empty(shape, np.uint8)
    return _largest(x, plan, np.uint8, relu)


def _largest(x: Array, plan: Plan, number: Any, relu: bool) -> tuple[Array, Array]:
    """(the largest pixels, where they were: in the image as int32 or in the window as uint8)."""
    y, y_memory = new_images((*x.shape[:2], *plan[2:4]), x.dtype)
    found, found_memory = new_images(y.shape, number)
    wide = number is np.int32
    place, argmax = empty((1,), np.uint8), empty((1,), np.int32)
    where = (place, found_memory) if wide else (found_memory, argmax)
    arguments = channels_last(x).reshape(-1), y_memory, *where, int(wide), int(relu), plan
    ranges = threads.parts(len(x) * plan[2], x.size)
    threads.share(windows.largest.on(x.dtype), [(*arguments, *r) for r in ranges])
    return y, found


@kernel("void(T[::1], i4[:, :, ::1], T[:, :, ::1], UniTuple(i8, 3), i8, i8)", writes=("dx",))
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

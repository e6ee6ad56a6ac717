"""Pooling: a window of pixels becomes one."""

import functools
import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import as_tensor
from zerokara.io.onnx.operator import Call, Value, is_tensor, numbers_of, operator
from zerokara.io.onnx.operators.conv import Window, counted, pixels, windows
from zerokara.io.onnx.operators.shape import padded
from zerokara.kernels import pool_output_size


@operator("MaxPool")
def max_pool(call: Call, x: Value) -> Value:
    """The largest pixel of every window; and, where asked for, its place."""
    seen = windows(call, x.shape, tuple(call.get("kernel_shape", ())))
    y = _max2d(call, x, seen) if is_tensor(x) and x.ndim == 4 else _max_of_taps(x, seen)
    return y if call.outputs < 2 else (y, _places(call, numbers_of(x), seen))


def _max2d(call: Call, x: Value, seen: list[Window]) -> Value:
    ceil = bool(call.get("ceil_mode", 0))
    if not _is_usual(seen, ceil):
        x, seen = _filled(x, seen, -np.inf), [replace(w, begin=0, end=0) for w in seen]
        ceil = False
    sizes = ([getattr(w, name) for w in seen] for name in ("kernel", "stride", "begin", "dilation"))
    kernel, stride, padding, dilation = map(tuple, sizes)
    return F.max_pool2d(x, kernel, stride, padding, dilation, ceil)


@operator("AveragePool")
def average_pool(call: Call, x: Value) -> Value:
    """The mean of every window, over the pixels that count."""
    x = as_tensor(x)
    seen = windows(call, x.shape, tuple(call.get("kernel_shape", ())))
    include, ceil = bool(call.get("count_include_pad", 0)), bool(call.get("ceil_mode", 0))
    if x.ndim == 4 and all(w.dilation == 1 for w in seen) and _is_usual(seen, ceil):
        sizes = ([getattr(w, name) for w in seen] for name in ("kernel", "stride", "begin"))
        kernel, stride, padding = map(tuple, sizes)
        return F.avg_pool2d(x, kernel, stride, padding, ceil, include)
    total = functools.reduce(F.add, _taps(_filled(x, seen, 0), seen))
    return total / np.maximum(counted(seen, include), 1).astype(x.dtype)


@operator("GlobalAveragePool")
def global_average_pool(call: Call, x: Value) -> Value:
    """The mean of every channel, as an image of one pixel."""
    return F.mean(x, axis=tuple(range(2, x.ndim)), keepdims=True)


@operator("GlobalMaxPool")
def global_max_pool(call: Call, x: Value) -> Value:
    """The largest pixel of every channel, as an image of one pixel."""
    return F.max(x, axis=tuple(range(2, x.ndim)), keepdims=True)


def _is_usual(seen: list[Window], ceil: bool) -> bool:
    """Whether our own pooling has these windows: pads alike on both sides, and no window on pads alone."""
    return all(
        w.begin == w.end
        and 2 * w.begin <= w.reach
        and w.count == pool_output_size(w.size, w.kernel, w.stride, w.begin, w.dilation, ceil)
        for w in seen
    )


def _filled(x: Value, seen: list[Window], value: float) -> Value:
    """The images with so much of `value` around them that every place of the window is inside."""
    return padded(x, [(0, 0), (0, 0), *((w.begin, max(w.missing, 0)) for w in seen)], value)


def _taps(x: Value, seen: list[Window]) -> Iterator[Value]:
    """For each pixel of the window: what it meets at all the places."""
    for offsets in itertools.product(*(range(w.kernel) for w in seen)):
        yield x[(slice(None), slice(None), *(_steps(w, p) for w, p in zip(seen, offsets, strict=True)))]


def _steps(w: Window, tap: int) -> slice:
    first = tap * w.dilation
    return slice(first, first + (w.count - 1) * w.stride + 1, w.stride)


def _max_of_taps(x: Value, seen: list[Window]) -> Value:
    larger: Any = F.maximum if is_tensor(x) else np.maximum
    return functools.reduce(larger, _taps(_filled(x, seen, _least(x.dtype)), seen))


def _least(dtype: "np.dtype[Any]") -> float:
    return -np.inf if np.issubdtype(dtype, np.floating) else int(np.iinfo(dtype).min)


def _places(call: Call, x: Array, seen: list[Window]) -> Array:
    """The place of each maximum in the flat array of all images; column by column if `storage_order` is 1."""
    best = np.argmax(np.stack(list(_taps(_filled(x, seen, _least(x.dtype)), seen))), axis=0)
    axes, flat = range(len(seen)), np.zeros((), np.int64)
    taps = np.unravel_index(np.arange(pixels(seen)), [w.kernel for w in seen])
    coordinates = []
    for i, w in enumerate(seen):
        first = np.arange(w.count).reshape([-1 if i == j else 1 for j in axes]) * w.stride - w.begin
        coordinates.append(first + np.asarray(taps[i])[best] * w.dilation)
    order = reversed(list(axes)) if call.get("storage_order", 0) else axes
    for i in order:
        flat = flat * seen[i].size + coordinates[i]
    images = np.arange(x.shape[0] * x.shape[1]).reshape(*x.shape[:2], *[1] * len(seen))
    return np.asarray(flat + images * int(np.prod(x.shape[2:])), np.int64)

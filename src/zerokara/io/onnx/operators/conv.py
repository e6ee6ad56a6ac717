"""Convolutions, and the windows that they share with the pools."""

import math
from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.autodiff import as_tensor
from zerokara.io.onnx.operator import Call, Value, operator
from zerokara.io.onnx.operators.shape import padded


@dataclass(frozen=True)
class Window:
    """How a window moves along one axis of `size` pixels."""

    size: int
    kernel: int
    stride: int
    dilation: int
    begin: int
    end: int
    count: int
    """How many places it has."""

    @property
    def reach(self) -> int:
        """How many pixels it spans."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def missing(self) -> int:
        """How many pixels must be added at the end, so that the last place is filled and no further one fits."""
        return (self.count - 1) * self.stride + self.reach - self.size - self.begin


def windows(call: Call, shape: tuple[int, ...], kernel: tuple[int, ...]) -> list[Window]:
    """The windows along the axes of the pixels, from the attributes that convolutions and pools have."""
    axes = len(shape) - 2
    if len(kernel) != axes or axes < 1:
        raise ValueError(f"a kernel of {kernel} does not fit inputs of shape {shape}")
    strides, dilations = call.get("strides", [1] * axes), call.get("dilations", [1] * axes)
    pads = call.get("pads", [0] * (2 * axes))
    if not len(strides) == len(dilations) == axes or len(pads) != 2 * axes:
        raise ValueError(f"{axes} axes of pixels need as many strides and dilations, and twice as many pads")
    sizes = zip(shape[2:], kernel, strides, dilations, pads[:axes], pads[axes:], strict=True)
    return [_window(call, *map(int, lengths)) for lengths in sizes]


def _window(call: Call, size: int, kernel: int, stride: int, dilation: int, begin: int, end: int) -> Window:
    if min(kernel, stride, dilation) < 1 or min(begin, end) < 0:
        raise ValueError(f"kernel {kernel}, stride {stride}, dilation {dilation}, pads {begin}, {end} make no window")
    reach, mode = dilation * (kernel - 1) + 1, call.get("auto_pad", "NOTSET")
    if mode in ("SAME_UPPER", "SAME_LOWER"):
        count = -(-size // stride)
        total = max((count - 1) * stride + reach - size, 0)
        begin = total // 2 if mode == "SAME_UPPER" else total - total // 2
        return Window(size, kernel, stride, dilation, begin, total - begin, count)
    if mode == "VALID":
        begin = end = 0
    room = size + begin + end - reach
    if room < 0:
        raise ValueError(f"a window of {reach} pixels does not fit into {size} + {begin} + {end}")
    count = room // stride + 1
    if call.get("ceil_mode", 0):
        count = -(-room // stride) + 1
        count -= (count - 1) * stride >= size + begin
    return Window(size, kernel, stride, dilation, begin, end, count)


@operator("Conv", learned={1: "weight", 2: "bias"})
def conv(call: Call, x: Value, weight: Value, bias: Value | None = None) -> Value:
    """Slide filters over images (N, C, H, W) or signals (N, C, L)."""
    x, weight = as_tensor(x), as_tensor(weight)
    if x.ndim not in (3, 4) or weight.ndim != x.ndim:
        raise ValueError(f"convolutions are supported for (N, C, L) and (N, C, H, W); got {x.shape} and {weight.shape}")
    if x.dtype != weight.dtype:  # float16 in the file
        x = x.astype(weight.dtype)
    seen = windows(call, x.shape, weight.shape[2:])
    if any(w.begin != w.end for w in seen):
        x = padded(x, [(0, 0), (0, 0), *((w.begin, w.end) for w in seen)])
        seen = [Window(w.size, w.kernel, w.stride, w.dilation, 0, 0, w.count) for w in seen]
    if x.ndim == 4:
        return _conv2d(call, x, weight, bias, seen)
    row = Window(1, 1, 1, 1, 0, 0, 1)
    y = _conv2d(call, x.expand_dims(2), weight.expand_dims(2), bias, [row, *seen])
    return y.reshape(*y.shape[:2], y.shape[3])


def _conv2d(call: Call, x: Value, weight: Value, bias: Value | None, seen: list[Window]) -> Value:
    (a, b), groups = seen, int(call.get("group", 1))
    stride, padding, dilation = (a.stride, b.stride), (a.begin, b.begin), (a.dilation, b.dilation)
    return F.conv2d(x, weight, bias, stride, padding, dilation, groups)


def counted(seen: list[Window], include_pad: bool) -> np.ndarray:
    """How many pixels count at each place: those of the image, or of the image with its pads."""
    counts = np.ones((), np.int64)
    for w in seen:
        places = np.arange(w.count)[:, None] * w.stride + np.arange(w.kernel) * w.dilation - w.begin
        before, after = (w.begin, w.end) if include_pad else (0, 0)
        counts = np.multiply.outer(counts, ((places >= -before) & (places < w.size + after)).sum(1))
    return counts


def pixels(seen: list[Window]) -> int:
    """How many pixels a window has."""
    return math.prod(w.kernel for w in seen)

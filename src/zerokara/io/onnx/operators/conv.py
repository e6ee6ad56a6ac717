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


@operator("ConvTranspose", learned={1: "weight", 2: "bias"})
def conv_transpose(call: Call, x: Value, weight: Value, bias: Value | None = None) -> Value:
    """Lay filters onto a larger picture (N, C, H, W) or signal (N, C, L): the way back of a convolution."""
    x, weight = as_tensor(x), as_tensor(weight)
    if x.ndim not in (3, 4) or weight.ndim != x.ndim:
        raise ValueError(
            f"transposed convolutions are supported for (N, C, L) and (N, C, H, W); got {x.shape} and {weight.shape}"
        )
    if x.dtype != weight.dtype:  # float16 in the file
        x = x.astype(weight.dtype)
    seen = _layings(call, x.shape, weight.shape[2:])
    groups = int(call.get("group", 1))
    if x.ndim == 4:
        return _laid_out(x, weight, bias, seen, groups)
    y = _laid_out(x.expand_dims(2), weight.expand_dims(2), bias, [Laying(1, 1, 0, 0), *seen], groups)
    return y.reshape(*y.shape[:2], y.shape[3])


@dataclass(frozen=True)
class Laying:
    """How filters are laid onto one axis: what is laid out is cut before and behind; below 0, zeros are added."""

    stride: int
    dilation: int
    before: int
    behind: int


def _layings(call: Call, shape: tuple[int, ...], kernel: tuple[int, ...]) -> list[Laying]:
    """Along the axes of the pixels, from the attributes: what `output_shape` or `auto_pad` leave open is computed."""
    axes = len(kernel)
    strides, dilations = call.get("strides") or [1] * axes, call.get("dilations") or [1] * axes
    pads, extra = call.get("pads") or [0] * (2 * axes), call.get("output_padding") or [0] * axes
    wanted, mode = call.get("output_shape"), call.get("auto_pad", "NOTSET")
    if not len(strides) == len(dilations) == len(extra) == len(wanted or extra) == axes or len(pads) != 2 * axes:
        raise ValueError(f"{axes} axes of pixels need as many strides, dilations and lengths, and twice as many pads")
    if min(*kernel, *strides, *dilations) < 1 or min(*pads, *extra) < 0:
        raise ValueError(f"strides {strides}, dilations {dilations}, pads {pads}, output_padding {extra} lay no filter")
    if wanted is None and mode in ("SAME_UPPER", "SAME_LOWER"):
        wanted = [n * stride for n, stride in zip(shape[2:], strides, strict=True)]
    if mode == "VALID":
        pads = [0] * (2 * axes)
    found = []
    for i, (n, k, stride, dilation) in enumerate(zip(shape[2:], kernel, strides, dilations, strict=True)):
        whole = (n - 1) * stride + dilation * (k - 1) + 1
        before, behind = pads[i], pads[i + axes] - extra[i]
        if wanted is not None:
            total = whole + extra[i] - wanted[i]  # the smaller half is before for SAME_UPPER, else behind
            half = max(total, 0) // 2
            before = half if mode == "SAME_UPPER" else max(total, 0) - half
            behind = whole - wanted[i] - before
        if n < 1 or whole - before - behind < 1:
            raise ValueError(f"{n} pixels with pads of {pads[i]} and {pads[i + axes]} leave no pixels")
        found.append(Laying(int(stride), int(dilation), int(before), int(behind)))
    return found


def _laid_out(x: Value, weight: Value, bias: Value | None, seen: list[Laying], groups: int) -> Value:
    a, b = seen
    stride, dilation = (a.stride, b.stride), (a.dilation, b.dilation)
    extra = a.before - a.behind, b.before - b.behind
    if a.before >= 0 <= b.before and all(0 <= e < s for e, s in zip(extra, stride, strict=True)):
        return F.conv_transpose2d(x, weight, bias, stride, (a.before, b.before), extra, groups, dilation)
    y = F.conv_transpose2d(x, weight, None, stride, groups=groups, dilation=dilation)
    y = padded(y, [(0, 0), (0, 0), *((-way.before, -way.behind) for way in seen)])
    return y if bias is None else y + as_tensor(bias).reshape(-1, 1, 1)


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

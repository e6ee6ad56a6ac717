"""Pictures in another size. Each axis is resized by itself: a matrix whose rows say what each new pixel is made of."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import as_tensor
from zerokara.io.onnx.operator import Call, Value, is_tensor, known, operator
from zerokara.io.onnx.room import check_room, of_batch


@dataclass(frozen=True)
class Axis:
    """One axis: its length before and after, the scale, and the part of it that is looked at (0 to 1 is all)."""

    before: int
    after: int
    scale: float
    start: float = 0.0
    end: float = 1.0


Coordinates = Callable[[Array, Axis], Array]

COORDINATES: dict[str, Coordinates] = {
    "half_pixel": lambda i, a: (i + 0.5) / a.scale - 0.5,
    "half_pixel_symmetric": lambda i, a: (
        a.before / 2 * (1 - a.after / (a.scale * a.before)) + (i + 0.5) / a.scale - 0.5
    ),
    "pytorch_half_pixel": lambda i, a: (i + 0.5) / a.scale - 0.5 if a.after > 1 else 0 * i,
    "align_corners": lambda i, a: i * (a.before - 1) / (a.scale * a.before - 1) if a.after > 1 else 0 * i,
    "asymmetric": lambda i, a: i / a.scale,
    "tf_half_pixel_for_nn": lambda i, a: (i + 0.5) / a.scale,
    "tf_crop_and_resize": lambda i, a: (
        a.start * (a.before - 1) + i * (a.end - a.start) * (a.before - 1) / (a.after - 1)
        if a.after > 1
        else 0.5 * (a.start + a.end) * (a.before - 1) + 0 * i
    ),
}
"""Where pixel i of the new axis lies on the old one."""

NEAREST: dict[str, Callable[[Array], Array]] = {
    "round_prefer_floor": lambda x: np.ceil(x - 0.5),
    "round_prefer_ceil": lambda x: np.floor(x + 0.5),
    "floor": np.floor,
    "ceil": np.ceil,
}


@operator("Resize", settings=(1, 2, 3))
def resize(
    call: Call, x: Value, roi: Value | None = None, scales: Value | None = None, sizes: Value | None = None
) -> Value:
    """x with other numbers of pixels: nearest, linear or cubic, in ONNX's ways to lay the pixels over each other."""
    if call.opset < 11:  # Resize of opset 10: x, scales
        return _resized(call, x, _axes(call, x, None, roi, None), "asymmetric", "floor")
    way = call.get("coordinate_transformation_mode", "half_pixel")
    nearest = call.get("nearest_mode", "round_prefer_floor")
    axes = _axes(call, x, roi if way == "tf_crop_and_resize" else None, scales, sizes)
    return _resized(call, x, axes, way, nearest)


@operator("Upsample", settings=(1,))
def upsample(call: Call, x: Value, scales: Value | None = None) -> Value:
    """More pixels, nearest or linear: the older name of Resize."""
    given = np.asarray(call.get("scales"), np.float32) if scales is None else scales
    return _resized(call, x, _axes(call, x, None, given, None), "asymmetric", "floor")


def _axes(call: Call, x: Value, roi: Value | None, scales: Value | None, sizes: Value | None) -> dict[int, Axis]:
    """What happens to each axis that changes."""
    chosen = [a % x.ndim for a in call.get("axes", range(x.ndim))]
    before = [x.shape[a] for a in chosen]
    if scales is not None and known(scales, "scales").size:
        factors = [float(s) for s in known(scales, "scales")]
        after = [math.floor(n * s) for n, s in zip(before, factors, strict=True)]
    elif sizes is not None:
        after = [int(n) for n in known(sizes, "sizes")]
        after = of_batch(after) if chosen[0] == 0 else after
        after, factors = _keeping_aspect(call.get("keep_aspect_ratio_policy", "stretch"), before, after)
    else:
        raise ValueError("a Resize needs scales or sizes")
    places = [0.0] * len(chosen) + [1.0] * len(chosen) if roi is None else [float(p) for p in known(roi, "a region")]
    parts = zip(chosen, before, after, factors, places[: len(chosen)], places[len(chosen) :], strict=True)
    found = {a: Axis(*rest) for a, *rest in parts}
    check_room(tuple(found[a].after if a in found else n for a, n in enumerate(x.shape)), x.dtype)
    return found


def _keeping_aspect(policy: str, before: list[int], after: list[int]) -> tuple[list[int], list[float]]:
    scales = [n / m for n, m in zip(after, before, strict=True)]
    if policy == "stretch":
        return after, scales
    scale = min(scales) if policy == "not_larger" else max(scales)
    return [math.floor(n * scale + 0.5) for n in before], [scale] * len(before)


def _resized(call: Call, x: Value, axes: dict[int, Axis], way: str, nearest: str) -> Value:
    if way not in COORDINATES or nearest not in NEAREST:
        raise ValueError(f"a Resize with coordinates {way!r} and nearest mode {nearest!r} is not known")
    for number, axis in axes.items():
        if axis == Axis(axis.before, axis.before, 1.0):
            continue
        places = np.asarray(COORDINATES[way](np.arange(axis.after, dtype=np.float64), axis))
        if call.get("mode", "nearest") == "nearest":
            index = np.clip(NEAREST[nearest](places), 0, axis.before - 1).astype(np.int64)
            x = x[(*(slice(None),) * number, index)] if is_tensor(x) else np.take(x, index, number)
        else:
            x = _mixed(as_tensor(x), number, _weights(call, places, axis))
        if way == "tf_crop_and_resize":
            x = _with_outside(x, number, (places < 0) | (places > axis.before - 1), call)
    return x


def _mixed(x: Any, number: int, weights: Array) -> Any:
    """weights (new, old) times x, along one axis."""
    last = x.ndim - 1
    y = F.matmul(x if number == last else x.swapaxes(number, last), weights.T.astype(x.dtype))
    return y if number == last else y.swapaxes(number, last)


def _with_outside(x: Any, number: int, outside: Array, call: Call) -> Any:
    """Pixels that lie outside of the picture have a value of their own."""
    shape = [1] * x.ndim
    shape[number] = -1
    return F.where(outside.reshape(shape), np.asarray(call.get("extrapolation_value", 0.0), x.dtype), x)


def _weights(call: Call, places: Array, axis: Axis) -> Array:
    """(new, old): how much each old pixel adds to each new one.

    The filter has a radius of 1 (linear) or 2 (cubic); with `antialias` it is as much wider as the picture becomes
    smaller. Pixels beyond the edge are the edge's, or with `exclude_outside` none.
    """
    cubic = call.get("mode") == "cubic"
    shrink = min(axis.scale, 1.0) if call.get("antialias", 0) else 1.0
    reach = (2 if cubic else 1) / shrink
    first, count = np.floor(places - reach).astype(np.int64) + 1, math.ceil(2 * reach) + 1
    old = first[:, None] + np.arange(count)
    distance = np.abs(places[:, None] - old) * shrink
    share = _cubic(distance, call.get("cubic_coeff_a", -0.75)) if cubic else np.maximum(1 - distance, 0)
    if call.get("exclude_outside", 0):
        share = np.where((old >= 0) & (old < axis.before), share, 0)
    share = share / share.sum(1, keepdims=True)
    weights = np.zeros((axis.after, axis.before))
    np.add.at(weights, (np.arange(axis.after)[:, None], np.clip(old, 0, axis.before - 1)), share)
    return weights


def _cubic(d: Array, a: float) -> Array:
    """Keys' cubic convolution, 1981: a piece up to distance 1, another up to 2."""
    near = ((a + 2) * d - (a + 3)) * d * d + 1
    far = ((a * d - 5 * a) * d + 8 * a) * d - 4 * a
    return np.where(d <= 1, near, np.where(d < 2, far, 0.0))

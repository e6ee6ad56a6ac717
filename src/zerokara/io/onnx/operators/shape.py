"""The same numbers in another arrangement; shapes, and what is made from shapes."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from zerokara import functional as F
from zerokara import rules
from zerokara.arrays import Shape
from zerokara.autodiff import Tensor, apply
from zerokara.io.onnx.operator import Call, Value, is_tensor, known, operator, setting, whole_numbers
from zerokara.io.onnx.room import check_room, of_batch
from zerokara.rules import along


@operator("Identity")
def identity(call: Call, x: Value) -> Value:
    """x itself."""
    return x


@operator("Reshape", settings=(1,))
def reshape(call: Call, x: Value, shape: Value | None = None) -> Value:
    """The same numbers in another shape: 0 keeps a length (unless `allowzero`), −1 is what is left."""
    wanted = of_batch(setting(call, "shape", shape, "a shape") or [])
    if not call.get("allowzero", 0):
        wanted = [x.shape[i] if n == 0 else n for i, n in enumerate(wanted)]
    return x.reshape(tuple(wanted))


@operator("Flatten")
def flatten(call: Call, x: Value) -> Value:
    """Two axes: all before `axis`, and all from it on."""
    axis = call.get("axis", 1)
    axis = axis + x.ndim if axis < 0 else axis
    return x.reshape((math.prod(x.shape[:axis]), math.prod(x.shape[axis:])))


@operator("Transpose")
def transpose(call: Call, x: Value) -> Value:
    """Axes in another order; all reversed by default."""
    return x.transpose(tuple(call.get("perm", reversed(range(x.ndim)))))


@operator("Squeeze", settings=(1,))
def squeeze(call: Call, x: Value, axes: Value | None = None) -> Value:
    """Without the axes named, which have length 1; without all such axes if none is named."""
    given = setting(call, "axes", axes, "axes")
    gone = {i for i, n in enumerate(x.shape) if n == 1} if given is None else {a % max(x.ndim, 1) for a in given}
    if any(x.shape[a] != 1 for a in gone):
        raise ValueError(f"only axes of length 1 can be taken away; axes {sorted(gone)} of {x.shape} are not")
    return x.reshape(tuple(n for i, n in enumerate(x.shape) if i not in gone))


@operator("Unsqueeze", settings=(1,))
def unsqueeze(call: Call, x: Value, axes: Value | None = None) -> Value:
    """With new axes of length 1, at these places of the result."""
    given = setting(call, "axes", axes, "axes") or []
    ndim = x.ndim + len(given)
    new = {a % ndim for a in given}
    old = iter(x.shape)
    return x.reshape(tuple(1 if i in new else next(old) for i in range(ndim)))


@operator("Expand", settings=(1,))
def expand(call: Call, x: Value, shape: Value) -> Value:
    """The numbers repeated to fill a larger shape."""
    told = whole_numbers(shape, "a shape")
    wanted = np.broadcast_shapes(x.shape, tuple(of_batch(told) if len(told) == x.ndim else told))
    check_room(wanted, x.dtype)
    return x.broadcast_to(wanted) if is_tensor(x) else np.broadcast_to(x, wanted)


@operator("Tile", settings=(1,))
def tile(call: Call, x: Value, repeats: Value) -> Value:
    """The array again and again along every axis."""
    times = whole_numbers(repeats, "a number of repeats")
    full = tuple(n * t for n, t in zip(x.shape, times, strict=True))
    check_room(full, x.dtype)
    if not is_tensor(x):
        return np.tile(x, times)
    parts = x.reshape(tuple(length for n in x.shape for length in (1, n)))
    stretched = tuple(length for n, t in zip(x.shape, times, strict=True) for length in (t, n))
    return parts.broadcast_to(stretched).reshape(full)


@operator("Concat")
def concat(call: Call, *xs: Value) -> Value:
    """Arrays one after another along `axis`."""
    axis = call.get("axis", 1)
    return F.concatenate(xs, axis) if is_tensor(*xs) else np.concatenate(xs, axis)


@operator("Slice", settings=(1, 2, 3, 4))
def slice_(call: Call, x: Value, *given: Value | None) -> Value:
    """x[start:end:step] along the axes named."""
    starts, ends, axes, steps = (
        setting(call, name, given[i] if i < len(given) else None, "a place")
        for i, name in enumerate(("starts", "ends", "axes", "steps"))
    )
    starts, ends = starts or [], ends or []
    axes = list(range(len(starts))) if axes is None else axes
    index = [slice(None)] * x.ndim
    for start, end, axis, step in zip(starts, ends, axes, steps or [1] * len(starts), strict=True):
        index[axis] = _within(x.shape[axis], start, end, step)
    return x[tuple(index)]


def _within(length: int, start: int, end: int, step: int) -> slice:
    """Python's slice for ONNX's: places beyond an end mean that end, also when going backwards."""
    if step > 0:
        return slice(*slice(start, end, step).indices(length))
    first, last, _ = slice(start, end, step).indices(length)
    return slice(first, None if last < 0 else last, step) if first >= 0 else slice(0, 0)


@operator("Split", settings=(1,), quiet=True)
def split(call: Call, x: Value, lengths: Value | None = None) -> Value:
    """x cut along `axis`: into these lengths, or into equal parts of which the last may be shorter."""
    axis = call.get("axis", 0) % x.ndim
    sizes = setting(call, "split", lengths, "lengths")
    if sizes is None:
        part = -(-x.shape[axis] // call.outputs)
        sizes = [part] * (call.outputs - 1) + [x.shape[axis] - part * (call.outputs - 1)]
    if sum(sizes) != x.shape[axis] or min(sizes) < 0:
        raise ValueError(f"parts of {sizes} do not make up axis {axis} of {x.shape}")
    ends = np.cumsum(sizes)
    before = (slice(None),) * axis
    return tuple(x[(*before, slice(int(e) - n, int(e)))] for n, e in zip(sizes, ends, strict=True))


@operator("Gather", learned={0: "weight"}, settings=(1,))
def gather(call: Call, x: Value, indices: Value) -> Value:
    """What stands at these places of `axis`."""
    axis = call.get("axis", 0) % x.ndim
    return x[(*(slice(None),) * axis, indices)] if is_tensor(x) else np.take(x, indices, axis)


@operator("GatherElements", settings=(1,))
def gather_elements(call: Call, x: Value, indices: Value) -> Value:
    """Number by number what stands at these places of `axis`, and else where the index stands."""
    axis = call.get("axis", 0) % max(x.ndim, 1)
    others = [i for i in range(x.ndim) if i != axis]
    if indices.ndim != x.ndim or any(indices.shape[i] > x.shape[i] for i in others):
        raise ValueError(f"indices of the shape {indices.shape} do not fit {x.shape} along axis {axis}")
    return x[along(axis, indices)]


@operator("CumSum", settings=(1,))
def cumsum(call: Call, x: Value, axis: Value) -> Value:
    """Running sums along an axis: from its end with `reverse`, of what stands before with `exclusive`."""
    place = whole_numbers(axis, "an axis")[0]
    if not -x.ndim <= place < x.ndim:
        raise ValueError(f"an axis of {x.shape} is wanted; got {place}")
    place %= x.ndim
    back = (*(slice(None),) * place, slice(None, None, -1))
    x = x[back] if call.get("reverse", 0) else x
    if call.get("exclusive", 0):
        sides = [(1, -1) if i == place else (0, 0) for i in range(x.ndim)]
        x = padded(x, sides)
    y = x.cumsum(place) if is_tensor(x) else np.cumsum(x, place, dtype=x.dtype)
    return y[back] if call.get("reverse", 0) else y


@operator("Pad", settings=(1, 2, 3))
def pad(
    call: Call, x: Value, pads: Value | None = None, value: Value | None = None, axes: Value | None = None
) -> Value:
    """A border around x: of one value, mirrored, the edge repeated, or wrapped around; negative pads cut off."""
    lengths = setting(call, "pads", pads, "pads") or []
    chosen = [a % x.ndim for a in setting(call, "axes", axes, "axes") or range(x.ndim)]
    if len(lengths) != 2 * len(chosen):
        raise ValueError(f"{len(chosen)} axes need {2 * len(chosen)} pads; got {len(lengths)}")
    sides = [(0, 0)] * x.ndim
    for i, axis in enumerate(chosen):
        sides[axis] = lengths[i], lengths[i + len(chosen)]
    number = call.get("value", 0.0) if value is None else known(value, "a value").reshape(()).item()
    return padded(x, sides, number, call.get("mode", "constant"))


def padded(x: Value, sides: Sequence[tuple[int, int]], value: float = 0.0, mode: str = "constant") -> Value:
    """x with so much before and after it along each axis."""
    if not any(a or b for a, b in sides):
        return x
    if mode != "constant":
        return _by_index(x, sides, mode)
    cut = tuple(slice(max(-a, 0), n - max(-b, 0)) for (a, b), n in zip(sides, x.shape, strict=True))
    x = x[cut] if any(a < 0 or b < 0 for a, b in sides) else x
    sides = [(max(a, 0), max(b, 0)) for a, b in sides]
    full = tuple(a + n + b for (a, b), n in zip(sides, x.shape, strict=True))
    check_room(full, x.dtype)
    if not is_tensor(x):
        return np.pad(x, sides, constant_values=value)
    inside = tuple(slice(a, a + n) for (a, _), n in zip(sides, x.shape, strict=True))
    y = apply(rules.scatter, x, index=inside, shape=full)
    return y if value == 0 else y + _frame(full, inside, value, x.dtype)


def _frame(full: Shape, inside: tuple[slice, ...], value: float, dtype: "np.dtype[Any]") -> Any:
    """`value` everywhere but inside, where there is 0; one picture serves all."""
    lengths = tuple(1 if part == slice(0, n) else n for part, n in zip(inside, full, strict=True))
    frame = np.full(lengths, value, dtype)
    frame[tuple(slice(None) if n == 1 else part for part, n in zip(inside, lengths, strict=True))] = 0
    return frame


_NUMPY_MODES = {"reflect": "reflect", "edge": "edge", "wrap": "wrap"}


def _by_index(x: Value, sides: Sequence[tuple[int, int]], mode: str) -> Value:
    """A border of pixels that are there already: each axis is read at the places that NumPy's padding would repeat."""
    if mode not in _NUMPY_MODES:
        raise ValueError(f"Pad knows constant, {', '.join(_NUMPY_MODES)}; got {mode!r}")
    for axis, (before, after) in enumerate(sides):
        if before or after:
            places = np.arange(x.shape[axis])[max(-before, 0) : x.shape[axis] - max(-after, 0)]
            places = np.pad(places, (max(before, 0), max(after, 0)), mode=_NUMPY_MODES[mode])  # type: ignore[call-overload]
            x = x[(*(slice(None),) * axis, places)] if is_tensor(x) else np.take(x, places, axis)
    return x


@operator("DepthToSpace")
def depth_to_space(call: Call, x: Value) -> Value:
    """Channels become pixels: (N, C·b², H, W) → (N, C, H·b, W·b)"""
    n, c, h, w = x.shape
    b = call.get("blocksize", 1)
    if call.get("mode", "DCR") == "DCR":
        parts = x.reshape((n, b, b, c // b**2, h, w)).transpose((0, 3, 4, 1, 5, 2))
    else:
        parts = x.reshape((n, c // b**2, b, b, h, w)).transpose((0, 1, 4, 2, 5, 3))
    return parts.reshape((n, c // b**2, h * b, w * b))


@operator("SpaceToDepth")
def space_to_depth(call: Call, x: Value) -> Value:
    """Pixels become channels: (N, C, H·b, W·b) → (N, C·b², H, W)"""
    n, c, h, w = x.shape
    b = call.get("blocksize", 1)
    parts = x.reshape((n, c, h // b, b, w // b, b))
    order = (0, 1, 3, 5, 2, 4) if call.get("mode", "DCR") == "CRD" else (0, 3, 5, 1, 2, 4)
    return parts.transpose(order).reshape((n, c * b**2, h // b, w // b))


@operator("Shape", quiet=True)
def shape_of(call: Call, x: Value) -> Value:
    """The lengths of the axes from `start` to `end`."""
    return np.array(x.shape[call.get("start", 0) : call.get("end", x.ndim)], np.int64)


@operator("Size", quiet=True)
def size_of(call: Call, x: Value) -> Value:
    """How many numbers there are."""
    return np.array(math.prod(x.shape), np.int64)


@operator("ConstantOfShape", quiet=True, settings=(0,))
def constant_of_shape(call: Call, shape: Value) -> Value:
    """One value, so many times."""
    value = call.get("value", np.zeros(1, np.float32))
    wanted = tuple(whole_numbers(shape, "a shape")) if known(shape, "a shape").size else ()
    check_room(wanted, value.dtype)
    return np.full(wanted, value.reshape(-1)[0], value.dtype)


@operator("Range", quiet=True, settings=(0, 1, 2))
def arange(call: Call, start: Value, limit: Value, delta: Value) -> Value:
    """start, start + delta, … below limit, in the type of start."""
    first, last, step = (known(v, "an end of a range").reshape(()) for v in (start, limit, delta))
    count = max(math.ceil((last.item() - first.item()) / step.item()), 0)
    check_room((count,), first.dtype)
    found = first + np.arange(count).astype(first.dtype) * step
    numbers = found.astype(first.dtype)
    return Tensor(numbers) if is_tensor(start) else numbers


@operator("Constant", quiet=True)
def constant(call: Call) -> Value:
    """An array that the file holds; it is put in its place when the network is loaded."""
    raise NotImplementedError("constants are taken out of the graph before it is computed")

"""Rules that bring numbers into another arrangement, and those that make fewer of them."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from zerokara.arrays import Shape
from zerokara.io.onnx.noted import depends, origin
from zerokara.io.onnx.writing import FLOAT, TYPES, Given, Step
from zerokara.rules.axes import every_axis, one_axis, several_axes

FIRST, LAST = np.iinfo(np.int64).min, np.iinfo(np.int64).max
AXES_ARE_INPUTS = 18  # since this opset, for all reductions but ReduceSum


def sum(step: Step, x: Given) -> str:
    """Σ x"""
    return step.emit("ReduceSum", x.name, step.whole(_axes(step, x)), keepdims=int(step.options["keepdims"]))


def mean(step: Step, x: Given) -> str:
    """The mean of x"""
    return _reduced(step, "ReduceMean", x)


def max(step: Step, x: Given) -> str:
    """The largest x"""
    return _reduced(step, "ReduceMax", x)


def min(step: Step, x: Given) -> str:
    """The smallest of x"""
    return _reduced(step, "ReduceMin", x)


def var(step: Step, x: Given) -> str:
    """mean (x − mean x)² · n/(n − ddof)"""
    d = step.emit("Sub", x.name, _reduced(step, "ReduceMean", x, keepdims=1))
    mean_square = _reduced(step, "ReduceMean", x, name=step.emit("Mul", d, d))
    if not (ddof := step.options["ddof"]):
        return mean_square
    first, second = (math.prod(shape[a] for a in _axes(step, x)) for shape in x.shapes)
    if first != second:
        raise ValueError(f"{step.path}: a variance over the batch with ddof={ddof} cannot be exported")
    return step.emit("Mul", mean_square, step.number(first / (first - ddof)))


def std(step: Step, x: Given) -> str:
    """√var"""
    return step.emit("Sqrt", var(step, x))


def vector_norm(step: Step, x: Given) -> str:
    """(Σ |x|ᵖ)^(1/p)"""
    p = step.options["p"]
    if p in (1, 2):
        return _reduced(step, f"ReduceL{int(p)}", x)
    if p == 0:
        other = step.emit("Not", step.emit("Equal", x.name, step.number(0)))
        ones = step.emit("Cast", other, to=FLOAT)
        return step.emit("ReduceSum", ones, step.whole(_axes(step, x)), keepdims=int(step.options["keepdims"]))
    size = step.emit("Abs", x.name)
    if p == math.inf:
        return _reduced(step, "ReduceMax", x, name=size)
    powers = step.emit("Pow", size, step.number(p))
    total = step.emit("ReduceSum", powers, step.whole(_axes(step, x)), keepdims=int(step.options["keepdims"]))
    return step.emit("Pow", total, step.number(1 / p))


def logsumexp(step: Step, x: Given) -> str:
    """ln Σ e^x"""
    name = x.name if x.dtype.kind == "f" else step.emit("Cast", x.name, to=FLOAT)
    return _reduced(step, "ReduceLogSumExp", x, name=name)


def cumsum(step: Step, x: Given) -> str:
    """Running sums"""
    name = x.name if x.dtype.kind == step.dtype.kind else step.emit("Cast", x.name, to=TYPES[step.dtype.kind])
    axis = one_axis("cumsum", step.options["axis"], x.shapes[0])
    return step.emit("CumSum", name, step.constant(np.array(axis, np.int64)))


def sort(step: Step, x: Given) -> str:
    """The numbers in order along an axis, all of them or the first k"""
    if x.dtype.kind == "b":
        raise ValueError(f"{step.path}: truth values in order cannot be exported: use .long() on them first")
    axis = one_axis("sort", step.options["axis"], x.shapes[0])
    k = step.lengths(*([shape[axis]] for shape in step.shapes))
    return step.emit("TopK", x.name, k, axis=axis, largest=int(step.options["descending"]), sorted=1)


def einsum(step: Step, *xs: Given) -> str:
    """Sums of products, told by letters"""
    return step.emit("Einsum", *(x.name for x in xs), equation=step.options["equation"])


def clone(step: Step, x: Given) -> str:
    """The same numbers"""
    return x.name


def reshape(step: Step, x: Given) -> str:
    """The same numbers in another shape. Where one length grows with the batch, it is written as 0 or −1."""
    a, b = step.shapes
    growing = [i for i, (m, n) in enumerate(zip(a, b, strict=True)) if m != n]
    if len(growing) > 1 or 0 in a:
        return step.emit("Reshape", x.name, step.lengths(a, b), allowzero=1)
    kept = [i for i in growing if i < x.ndim and (x.shapes[0][i], x.shapes[1][i]) == (a[i], b[i])]
    shape = [(0 if i in kept else -1) if i in growing else n for i, n in enumerate(a)]
    return step.emit("Reshape", x.name, step.whole(shape))


def transpose(step: Step, x: Given) -> str:
    """Axes in another order"""
    return step.emit("Transpose", x.name, perm=list(every_axis("transpose", step.options["axes"], x.shapes[0])))


def broadcast_to(step: Step, x: Given) -> str:
    """The numbers repeated to fill a larger shape. Axes that grow with the batch already may keep their length."""
    (a, b), extra = step.shapes, len(step.shapes[0]) - x.ndim
    own = [(1, 1)] * extra + list(zip(*x.shapes, strict=True))
    pairs = [(1, 1) if pair == mine else pair for pair, mine in zip(zip(a, b, strict=True), own, strict=True)]
    return step.emit("Expand", x.name, step.lengths([m for m, _ in pairs], [n for _, n in pairs]))


def concatenate(step: Step, *xs: Given) -> str:
    """Arrays one after another"""
    return step.emit(
        "Concat", *(x.name for x in xs), axis=one_axis("concatenate", step.options["axis"], xs[0].shapes[0])
    )


def getitem(step: Step, x: Given) -> str:
    """x[index]: slices, whole numbers and new axes; an array that picks along an axis, or several along the first."""
    first, second = (_expanded(step, index, x.ndim) for index in step.both("index"))
    if len(first) != len(second):
        raise ValueError(f"{step.path}: what is picked depends on the batch in a way that ONNX cannot say")
    if (count := _points(first)) > 1:
        return step.emit("GatherND", x.name, step.arrays(_together(first[:count]), _together(second[:count])))
    name = _sliced(step, x, first, second)
    picked, single, new = _places(first)
    if picked and (single or len(picked) > 1):
        raise ValueError(f"{step.path}: arrays in an index stand in front, and only “:” behind them, to be exported")
    for axis, place in picked.items():
        name = step.emit("Gather", name, step.arrays(_whole(first[place]), _whole(second[place])), axis=axis)
    name = step.emit("Squeeze", name, step.whole(single)) if single else name
    return step.emit("Unsqueeze", name, step.whole(new)) if new else name


def scatter(step: Step, g: Given) -> str:
    """Zeros with g put at an index: padding, where the index is made of slices; places picked by arrays get sums."""
    shapes = step.both("shape")
    first, second = (
        _expanded(step, index, len(shape)) for index, shape in zip(step.both("index"), shapes, strict=True)
    )
    if all(isinstance(part, slice) and part.step in (None, 1) for part in (*first, *second)):
        pads = [_margins(index, shape) for index, shape in zip((first, second), shapes, strict=True)]
        return step.emit("Pad", g.name, step.lengths(*pads), step.number(0))
    if not (count := _points(first)):
        raise ValueError(f"{step.path}: numbers put at such an index (a step, a number) cannot be exported")
    zeros = step.emit("Expand", step.number(0), step.lengths(*shapes))
    places = step.arrays(_together(first[:count]), _together(second[:count]))
    return step.emit("ScatterND", zeros, places, g.name, reduction="add")


def matmul(step: Step, x: Given, y: Given) -> str:
    """x @ y"""
    return step.emit("MatMul", x.name, y.name)


def _reduced(step: Step, operator: str, x: Given, *, name: str = "", keepdims: int | None = None) -> str:
    """The operator on x, or on what has this name and the shape of x."""
    keep, axes = int(step.options["keepdims"]) if keepdims is None else keepdims, _axes(step, x)
    if step.writer.opset < AXES_ARE_INPUTS:
        return step.emit(operator, name or x.name, axes=axes, keepdims=keep)
    return step.emit(operator, name or x.name, step.whole(axes), keepdims=keep)


def _axes(step: Step, x: Given) -> list[int]:
    return list(several_axes(step.path, step.options["axis"], x.shapes[0]))


def _expanded(step: Step, index: Any, ndim: int) -> list[Any]:
    """The parts of an index, one for each axis and each new axis; "…" is written out."""
    given = index if isinstance(index, tuple) else (index,)
    if any((note := origin(part)) is not None and depends(note) for part in given):
        raise ValueError(f"{step.path}: what is picked depends on the numbers that come in, which cannot be exported")
    parts = [part for p in given for part in (np.nonzero(p) if _is_mask(p) else (p,))]
    places = [i for i, part in enumerate(parts) if part is Ellipsis]
    missing = ndim - len([part for part in parts if part is not None and part is not Ellipsis])
    rest: list[Any] = [slice(None)] * missing
    return parts[: places[0]] + rest + parts[places[0] + 1 :] if places else parts + rest


def _is_mask(part: Any) -> bool:
    return isinstance(part, np.ndarray | list) and np.asarray(part).dtype == bool and np.ndim(part) > 0


def _is_number(part: Any) -> bool:
    return isinstance(part, int | np.integer) and not isinstance(part, bool)


def _points(index: Sequence[Any]) -> int:
    """How many arrays and numbers an index begins with, if there are arrays among them and only “:” behind; else 0."""
    count = next((i for i, part in enumerate(index) if part is None or isinstance(part, slice)), len(index))
    arrays = any(np.ndim(part) for part in index[:count])
    rest = index[count:]
    return count if arrays and all(isinstance(part, slice) and part == slice(None) for part in rest) else 0


def _together(parts: Sequence[Any]) -> Any:
    """Arrays that pick along several axes as one, with the places along its last axis."""
    return np.stack(np.broadcast_arrays(*(_whole(part) for part in parts)), axis=-1).astype(np.int64)


def _sliced(step: Step, x: Given, first: Sequence[Any], second: Sequence[Any]) -> str:
    """What the slices and whole numbers leave; a number leaves an axis of length 1."""
    pairs = [(a, b) for a, b in zip(first, second, strict=True) if a is not None]
    cuts = [(axis, _cut(a), _cut(b)) for axis, (a, b) in enumerate(pairs) if _cuts(a) or _cuts(b)]
    if not cuts:
        return x.name
    starts = step.lengths([a[0] for _, a, _ in cuts], [b[0] for _, _, b in cuts])
    ends = step.lengths([a[1] for _, a, _ in cuts], [b[1] for _, _, b in cuts])
    axes, steps = step.whole([axis for axis, _, _ in cuts]), step.whole([a[2] for _, a, _ in cuts])
    return step.emit("Slice", x.name, starts, ends, axes, steps)


def _cuts(part: Any) -> bool:
    return _is_number(part) or (isinstance(part, slice) and part not in (slice(None), slice(None, None, 1)))


def _cut(part: Any) -> tuple[int, int, int]:
    """Start, end and step of a slice, or of the one place that a number means."""
    if not isinstance(part, slice):
        return int(part), LAST if part == -1 else int(part) + 1, 1
    stride = 1 if part.step is None else int(part.step)
    start = (0 if stride > 0 else LAST) if part.start is None else int(part.start)
    end = (LAST if stride > 0 else FIRST) if part.stop is None else int(part.stop)
    return start, end, stride


def _places(index: Sequence[Any]) -> tuple[dict[int, int], list[int], list[int]]:
    """Arrays of an index (axis → place), axes that a number takes away, and where new axes stand in the result."""
    picked: dict[int, int] = {}
    single: list[int] = []
    new: list[int] = []
    axis = result = 0
    for place, part in enumerate(index):
        if part is None:
            new.append(result)
        elif _is_number(part):
            single.append(axis)
        elif not isinstance(part, slice):
            picked[axis] = place
        result += 0 if _is_number(part) else 1 if part is None or isinstance(part, slice) else np.ndim(part)
        axis += part is not None
    return picked, single, new


def _margins(index: Sequence[slice], shape: Shape) -> list[int]:
    """How many zeros stand before and behind slices of an array, in ONNX's order."""
    spans = [part.indices(n)[:2] for part, n in zip(index, shape, strict=True)]
    return [start for start, _ in spans] + [n - stop for (_, stop), n in zip(spans, shape, strict=True)]


def _whole(part: Any) -> Any:
    array = np.asarray(part)
    if array.dtype.kind not in "iu":
        raise ValueError("an index that is not an array of whole numbers cannot be exported")
    return array

"""Under which condition an operator that gets rows gives rows: row i computed of row i alone (see `batching`).

An operator that is not in the table counts as one that mixes its rows; that is never wrong, only slower.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from zerokara.io.onnx.rows import Application, Condition, Flow, Kind


def _ndim(flow: Flow) -> int:
    return int(flow.value.ndim)


def _passes(flow: Flow, ndim: int) -> bool:
    """Whether a value meets the rows of an array of `ndim` axes row by row, by the laws of broadcasting."""
    if flow.kind is Kind.ROWS:
        return _ndim(flow) == ndim
    return flow.kind is Kind.FIXED and (_ndim(flow) < ndim or flow.value.shape[0] == 1)


def _by_element(step: Application) -> bool:
    """Every number of the value is computed of the numbers at its own place."""
    given = [flow for flow in step.inputs if flow is not None]
    ndim = max(map(_ndim, given))
    return ndim > 0 and all(_passes(flow, ndim) for flow in given)


def _first_alone(step: Application) -> bool:
    """Rows go in at the first place, and everything else is the same for every batch."""
    return step.x.kind is Kind.ROWS and all(flow.kind is Kind.FIXED for flow in step.rest)


def _type_of_other(step: Application) -> bool:
    return step.x.kind is Kind.ROWS


def _images(step: Application) -> bool:
    return _first_alone(step) and step.ndim >= 2


def _single(step: Application) -> bool:
    """As `_images`, for what has a second value that is not one of rows."""
    return _images(step) and step.call.outputs == 1


def _other_axis(default: int) -> Condition:
    """Along one axis, which is not that of the batch."""
    return lambda step: _first_alone(step) and step.axis(default) > 0


def _scores(step: Application) -> bool:
    return _other_axis(-1 if step.call.opset >= 13 else 1)(step)


def _reduced(step: Application) -> bool:
    found = step.numbers(1, "axes")
    if not _first_alone(step):
        return False
    if found is None or not found[0]:
        return bool(step.call.get("noop_with_empty_axes", 0))
    return all(axis % step.ndim for axis in found[0])


def _concatenated(step: Application) -> bool:
    given = [flow for flow in step.inputs if flow is not None]
    return step.axis(1) > 0 and all(flow.kind is Kind.ROWS and _ndim(flow) == step.ndim for flow in given)


def _transposed(step: Application) -> bool:
    order = step.call.get("perm", range(step.ndim)[::-1])
    return step.ndim > 0 and order[0] == 0


def _flattened(step: Application) -> bool:
    axis = int(step.call.get("axis", 1))
    return (axis + step.ndim if axis < 0 else axis) == 1


def _reshaped(step: Application) -> bool:
    """The first length of the new shape is the batch's (0: as it was), or what is left (−1) is."""
    found = step.numbers(1, "shape")
    if found is None or not found[0] or step.x.kind is not Kind.ROWS:
        return False
    now, before = found
    shape, keeps = step.x.value.shape, not step.call.get("allowzero", 0)
    if len(now) != len(before) or any(a != b for a, b in zip(now[1:], before[1:], strict=True)):
        return False
    lengths = [shape[i] if n == 0 and keeps else n for i, n in enumerate(now) if i]
    row = math.prod(shape[1:])
    fills = -1 in lengths or math.prod(lengths) == row
    if now[0] == -1:
        return fills
    return ((now[0] == 0 and keeps) or step.is_batch(now[0], before[0])) and fills


def _squeezed(step: Application) -> bool:
    found = step.numbers(1, "axes")
    return step.x.kind is Kind.ROWS and found is not None and all(axis % step.ndim for axis in found[0])


def _unsqueezed(step: Application) -> bool:
    found = step.numbers(1, "axes")
    return step.x.kind is Kind.ROWS and found is not None and all(a % (step.ndim + len(found[0])) for a in found[0])


def _expanded(step: Application) -> bool:
    """Rows stretched along other axes; or something fixed, repeated for every example."""
    found = step.numbers(1)
    if found is None:
        return False
    (now, before), ndim = found, step.ndim
    if len(now) != len(before) or now[1:] != before[1:]:
        return False
    if step.x.kind is Kind.ROWS:
        shorter = len(now) < ndim
        return shorter or (len(now) == ndim and (now[0] == before[0] == 1 or step.is_batch(now[0], before[0])))
    stretches = step.x.kind is Kind.FIXED and (ndim < len(now) or (ndim == len(now) and step.x.value.shape[0] == 1))
    return stretches and now[0] == step.given and before[0] == step.declared


def _tiled(step: Application) -> bool:
    found = step.numbers(1)
    if found is None or len(found[0]) != step.ndim or not step.ndim or found[0][1:] != found[1][1:]:
        return False
    now, before = found[0][0], found[1][0]
    if step.x.kind is Kind.ROWS:
        return now == before == 1
    once = step.x.kind is Kind.FIXED and step.x.value.shape[0] == 1
    return once and now == step.given and before == step.declared


def _filled(step: Application) -> bool:
    """One number, so many times: as many rows as the batch has."""
    found = step.numbers(0)
    if found is None or not found[0] or len(found[0]) != len(found[1]):
        return False
    (first, *now), (length, *before) = found
    return now == before and first == step.given and length == step.declared


def _sliced(step: Application) -> bool:
    starts, ends, axes, steps = (
        step.numbers(i, name) for i, name in enumerate(("starts", "ends", "axes", "steps"), start=1)
    )
    if step.x.kind is not Kind.ROWS or starts is None or ends is None:
        return False
    chosen = list(range(len(starts[0]))) if axes is None else [a % step.ndim for a in axes[0]]
    strides = [1] * len(chosen) if steps is None else steps[0]
    pairs = zip(chosen, *starts, *ends, strides, strict=True)
    for axis, start, start_before, end, end_before, stride in pairs:
        if axis and (start, end) != (start_before, end_before):
            return False
        everything = min(end, end_before) >= np.iinfo(np.int32).max or (end, end_before) == (step.given, step.declared)
        whole = start == start_before == 0 and stride == 1 and everything
        if not axis and not whole:
            return False
    return True


def _gathered(step: Application) -> bool:
    """Places of other axes, the same for all; or a table, looked up for every example."""
    indices = step.rest[0]
    if step.x.kind is Kind.ROWS:
        return indices.kind is Kind.FIXED and step.axis(0) > 0
    return step.x.kind is Kind.FIXED and indices.kind is Kind.ROWS and step.axis(0) == 0


def _picked(step: Application) -> bool:
    """Numbers of each example, at places that are its own."""
    return step.x.kind is Kind.ROWS and step.rest[0].kind is Kind.ROWS and step.axis(0) > 0


def _running(step: Application) -> bool:
    axis = step.numbers(1)
    return _first_alone(step) and axis is not None and axis[0][0] % max(step.ndim, 1) > 0


def _by_letters(step: Application) -> bool:
    """One letter counts the examples: the first of every value with rows and of the result, and nowhere else."""
    left, _, right = str(step.call.get("equation", "")).replace(" ", "").partition("->")
    terms, given = left.split(","), [step.x, *step.rest]
    letter = right[:1]
    if not letter.isalpha() or right.count(letter) > 1 or len(terms) != len(given):
        return False
    return all(
        (term.startswith(letter) and term.count(letter) == 1)
        if flow.kind is Kind.ROWS
        else flow.kind is Kind.FIXED and letter not in term
        for flow, term in zip(given, terms, strict=True)
    )


def _padded(step: Application) -> bool:
    pads, axes = step.numbers(1, "pads"), step.numbers(3, "axes")
    if not _first_alone(step) or pads is None:
        return False
    chosen = list(range(step.ndim)) if axes is None else [a % step.ndim for a in axes[0]]
    n = len(chosen)
    return not any(pads[0][i] or pads[0][n + i] for i, axis in enumerate(chosen) if axis == 0)


def _resized(step: Application) -> bool:
    """The axis of the batch keeps its length."""
    axes = [a % step.ndim for a in step.call.get("axes", range(step.ndim))]
    region = step.call.get("coordinate_transformation_mode") == "tf_crop_and_resize"
    if step.x.kind is not Kind.ROWS or any(flow.kind is Kind.ROWS for flow in step.rest):
        return False
    if 0 not in axes:
        return all(flow.kind is Kind.FIXED for flow in step.rest)
    scales = step.inputs[-1] if step.call.opset < 11 else step.inputs[2] if len(step.inputs) > 2 else None
    if step.kind == "Upsample" and len(step.inputs) < 2:
        return float(step.call.get("scales", [0])[0]) == 1
    if scales is not None and np.size(scales.value):
        return scales.kind is Kind.FIXED and float(np.asarray(scales.value)[axes.index(0)]) == 1 and not region
    found = step.numbers(3)
    if found is None or region or axes[0] != 0 or found[0][1:] != found[1][1:]:
        return False
    return step.is_batch(found[0][0], found[1][0])


def _multiplied(step: Application) -> bool:
    x, y = step.x, step.rest[0]
    ndim = max(_ndim(x), _ndim(y))
    if y.kind is Kind.ROWS and _ndim(y) < 3:
        return False  # rows of a matrix on the right are summed over
    if x.kind is Kind.ROWS and _ndim(x) == ndim == 2:
        return y.kind is Kind.FIXED
    return ndim > 2 and _passes(x, ndim) and _passes(y, ndim)


def _dense(step: Application) -> bool:
    a, b, *c = step.inputs
    fits = all(flow is None or _passes(flow, 2) for flow in c)
    flat = a is not None and a.kind is Kind.ROWS and not step.call.get("transA", 0)
    return flat and b is not None and b.kind is Kind.FIXED and fits


def _attended(step: Application) -> bool:
    """Queries, keys and values of the same example; a mask for all, or for each example; no cache."""
    given, (mask, *cache) = step.inputs[:3], [*step.inputs[3:], None]
    alone = all(flow is not None and flow.kind is Kind.ROWS for flow in given) and not any(cache)
    return alone and (mask is None or _passes(mask, 4))


def _along_second(step: Application) -> bool:
    """Never: a recurrent layer has its examples along the second axis, and steps in time along the first."""
    return False


def _normalized(step: Application) -> bool:
    return _first_alone(step) and step.axis(-1) > 0


_ELEMENTS = (
    "Abs Add And Ceil Celu Clip Cos Div Elu Equal Erf Exp Floor Gelu Greater GreaterOrEqual HardSigmoid HardSwish "
    "Identity IsInf IsNaN LeakyRelu Less LessOrEqual Log Max Mean Min Mish Mod Mul Neg Not Or PRelu Pow Reciprocal "
    "Relu Round Selu Sigmoid Sign Sin Softplus Softsign Sqrt Sub Sum Swish Tanh ThresholdedRelu Where Xor Cast"
)
_REDUCTIONS = "L1 L2 LogSum LogSumExp Max Mean Min Prod Sum SumSquare"

WAYS: Mapping[str, Condition] = {
    **dict.fromkeys(_ELEMENTS.split(), _by_element),
    **{f"Reduce{name}": _reduced for name in _REDUCTIONS.split()},
    **dict.fromkeys(("ArgMax", "ArgMin", "Split"), _other_axis(0)),
    **dict.fromkeys(("Softmax", "LogSoftmax"), _scores),
    **dict.fromkeys(("Conv", "ConvTranspose", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "LRN"), _images),
    **dict.fromkeys(("InstanceNormalization", "GroupNormalization", "DepthToSpace", "SpaceToDepth"), _images),
    **dict.fromkeys(("MaxPool", "BatchNormalization"), _single),
    **dict.fromkeys(("Resize", "Upsample"), _resized),
    "CastLike": _type_of_other,
    "Dropout": _first_alone,
    "LayerNormalization": _normalized,
    "RMSNormalization": _normalized,
    "Attention": _attended,
    **dict.fromkeys(("RNN", "LSTM", "GRU"), _along_second),
    "Concat": _concatenated,
    "Transpose": _transposed,
    "Flatten": _flattened,
    "Reshape": _reshaped,
    "Squeeze": _squeezed,
    "Unsqueeze": _unsqueezed,
    "Expand": _expanded,
    "Tile": _tiled,
    "ConstantOfShape": _filled,
    "Slice": _sliced,
    "Gather": _gathered,
    "GatherElements": _picked,
    "CumSum": _running,
    "Einsum": _by_letters,
    "Pad": _padded,
    "MatMul": _multiplied,
    "Gemm": _dense,
}
"""Operator → when rows go in, under which condition rows come out. (`Shape`, `Size`, `Range`: lengths, no rows.)"""

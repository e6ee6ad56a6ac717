"""Many numbers become fewer: sums, means, extremes, norms."""

from collections.abc import Callable

import numpy as np

from zerokara import functional as F
from zerokara.autodiff import Tensor, as_tensor
from zerokara.io.onnx.operator import Call, Value, is_tensor, operator, setting

Axes = tuple[int, ...]
Reduce = Callable[[Value, Axes], Value]
"""A reduction that keeps the axes, with length 1."""


def _sum(x: Value, axes: Axes) -> Value:
    """Σ x"""
    return x.sum(axes, keepdims=True) if is_tensor(x) else np.sum(x, axis=axes, keepdims=True, dtype=x.dtype)


def _mean(x: Value, axes: Axes) -> Value:
    """Σ x / n"""
    return x.mean(axes, keepdims=True) if is_tensor(x) else np.mean(x, axis=axes, keepdims=True).astype(x.dtype)


def _max(x: Value, axes: Axes) -> Value:
    """The largest x; of none, the least number there is."""
    if not x.size:
        return _of_nothing(x, axes, least=True)
    return x.max(axes, keepdims=True) if is_tensor(x) else np.max(x, axis=axes, keepdims=True)


def _min(x: Value, axes: Axes) -> Value:
    """The smallest x; of none, the greatest number there is."""
    if not x.size:
        return _of_nothing(x, axes, least=False)
    return x.min(axes, keepdims=True) if is_tensor(x) else np.min(x, axis=axes, keepdims=True)


def _of_nothing(x: Value, axes: Axes, least: bool) -> Value:
    kept = tuple(1 if i in axes else n for i, n in enumerate(x.shape))
    if np.issubdtype(x.dtype, np.floating):
        found = np.full(kept, -np.inf if least else np.inf, x.dtype)
        return Tensor(found) if is_tensor(x) else found
    if x.dtype == np.bool_:
        return np.full(kept, not least)
    limits = np.iinfo(x.dtype)
    return np.full(kept, limits.min if least else limits.max, x.dtype)


def _prod(x: Value, axes: Axes) -> Value:
    """Π x, one axis after the other, one factor after the other."""
    for axis in axes:
        parts = [x[(slice(None),) * axis + (slice(i, i + 1),)] for i in range(x.shape[axis])]
        kept = (*x.shape[:axis], 1, *x.shape[axis + 1 :])
        start = as_tensor(np.ones(kept, x.dtype)) if is_tensor(x) else np.ones(kept, x.dtype)
        x = parts[0] if parts else start
        for part in parts[1:]:
            x = x * part
    return x


def _square(x: Value) -> Value:
    return x * x


def _magnitude(x: Value) -> Value:
    return F.absolute(x) if is_tensor(x) else np.absolute(x)


def _root(x: Value) -> Value:
    return F.sqrt(x) if is_tensor(x) else np.sqrt(x)


def _enter(name: str, reduce: Reduce) -> None:
    """Axes come as an attribute in old opsets, else as an input; none means all, or with the noop attribute no axis."""

    def compute(call: Call, x: Value, axes: Value | None = None) -> Value:
        given = setting(call, "axes", axes, "axes") or ()
        chosen = tuple(sorted(a % max(x.ndim, 1) for a in given))
        if not chosen and not call.get("noop_with_empty_axes", 0):
            chosen = tuple(range(x.ndim))
        y = reduce(x, chosen)
        return y if call.get("keepdims", 1) else y.reshape(tuple(n for i, n in enumerate(y.shape) if i not in chosen))

    operator(name)(compute)


_REDUCTIONS: dict[str, Reduce] = {
    "ReduceSum": _sum,
    "ReduceMean": _mean,
    "ReduceMax": _max,
    "ReduceMin": _min,
    "ReduceProd": _prod,
    "ReduceL1": lambda x, axes: _sum(_magnitude(x), axes),
    "ReduceL2": lambda x, axes: _root(_sum(_square(x), axes)),
    "ReduceSumSquare": lambda x, axes: _sum(_square(x), axes),
    "ReduceLogSum": lambda x, axes: F.log(_sum(x, axes)),
    "ReduceLogSumExp": lambda x, axes: as_tensor(x).logsumexp(axes, keepdims=True),
}

for _name, _reduce in _REDUCTIONS.items():
    _enter(_name, _reduce)

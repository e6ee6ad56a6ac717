"""Many numbers become fewer: sums, means, extremes."""

import builtins
import math

import numpy as np

from zerokara.arrays import Array, Shape
from zerokara.kernels.tracing import as_array
from zerokara.rules.rule import Ruled

Axis = int | tuple[int, ...] | None


def sum(x: Array, *, axis: Axis = None, keepdims: bool = False) -> Ruled:
    """Σ x        every x gets the g of the sum it went into"""
    return np.sum(x, axis=axis, keepdims=keepdims), (
        lambda g: np.broadcast_to(np.reshape(g, kept_shape(x.shape, axis)), x.shape),
    )


def mean(x: Array, *, axis: Axis = None, keepdims: bool = False) -> Ruled:
    """(1/n) Σ x        every x gets g/n"""
    kept = kept_shape(x.shape, axis)
    n = math.prod(x.shape) / builtins.max(math.prod(kept), 1)
    with np.errstate(invalid="ignore"):  # the mean of nothing is nan, as in NumPy and PyTorch
        y = np.sum(x, axis=axis, keepdims=keepdims) / x.dtype.type(n)
    return y, (lambda g: np.broadcast_to(np.reshape(g / builtins.max(n, 1), kept), x.shape),)


def max(x: Array, *, axis: Axis = None, keepdims: bool = False) -> Ruled:
    """The largest x        g goes to the largest, in equal parts where several are equal"""
    kept = kept_shape(x.shape, axis)
    y = np.max(x, axis=axis, keepdims=True)
    chosen = as_array(x) == as_array(y)
    share = (chosen / np.sum(chosen, axis=axis, keepdims=True)).astype(x.dtype)
    return y if keepdims else np.reshape(y, _dropped(x.shape, axis)), (lambda g: np.reshape(g, kept) * share,)


def kept_shape(shape: Shape, axis: Axis) -> Shape:
    """The shape after reducing `axis` with keepdims: (2, 3, 4) over axis 1 → (2, 1, 4)."""
    axes = _axes(len(shape), axis)
    return tuple(1 if i in axes else n for i, n in enumerate(shape))


def _dropped(shape: Shape, axis: Axis) -> Shape:
    axes = _axes(len(shape), axis)
    return tuple(n for i, n in enumerate(shape) if i not in axes)


def _axes(ndim: int, axis: Axis) -> set[int]:
    if axis is None:
        return set(range(ndim))
    return {a % ndim for a in ((axis,) if isinstance(axis, int) else axis)}

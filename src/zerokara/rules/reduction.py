"""Many numbers become fewer: sums, means, spreads, extremes, lengths; and sums on the way.

Types: a sum of integers or bools is an int64; a mean, a variance, a standard deviation of them is a float32. Sums of
float16 run in float32 and are rounded once, at the end: the mean of 70,000 ones is 1, although float16 ends at 65,504.
"""

import builtins
import math
from typing import Any

import numpy as np

from zerokara.arrays import Array, Shape
from zerokara.rules.axes import Axis, dropped_shape, kept_shape, one_axis, several_axes
from zerokara.rules.rule import Ruled, detached, nothing


def sum(x: Array, *, axis: Axis = None, keepdims: bool = False) -> Ruled:
    """Σ x        every x gets the g of the sum it went into"""
    axes = several_axes("sum", axis, x.shape)
    chosen: dict[str, Any] = {"axis": None if axis is None else axes, "keepdims": keepdims}
    if x.dtype.kind in "biu":
        y = np.sum(x, dtype=np.uint64 if x.dtype == np.uint64 else np.int64, **chosen)
    else:
        y = _rounded(np.sum(_wide(x), **chosen), x.dtype)
    return y, (lambda g: np.broadcast_to(np.reshape(g, kept_shape(x.shape, axes)), x.shape),)


def mean(x: Array, *, axis: Axis = None, keepdims: bool = False) -> Ruled:
    """(1/n) Σ x        every x gets g/n"""
    axes = several_axes("mean", axis, x.shape)
    n = count(x.shape, axes)
    with np.errstate(invalid="ignore"):  # the mean of nothing is nan, as in NumPy and PyTorch
        wide = _wide(x)
        y = np.sum(wide, axis=None if axis is None else axes, keepdims=keepdims) / wide.dtype.type(n)
    spread = builtins.max(n, 1)
    return _rounded(y, x.dtype), (
        lambda g: np.broadcast_to(np.reshape(_wide(g) / spread, kept_shape(x.shape, axes)), x.shape),
    )


def var(x: Array, *, axis: Axis = None, keepdims: bool = False, ddof: int = 0) -> Ruled:
    """(1/(n − ddof)) Σ d² with d = x − μ        ∂L/∂x = g·2d/(n − ddof): μ moves too, but Σ d = 0"""
    axes = several_axes("var", axis, x.shape)
    n = _freedom("var", x.shape, axes, ddof)
    d = _deviations(x, axes)
    return _rounded(_mean_square(d, axes, keepdims, n), x.dtype), (
        lambda g: np.reshape(_wide(g), kept_shape(x.shape, axes)) * d * (2 / builtins.max(n, 1)),
    )


def std(x: Array, *, axis: Axis = None, keepdims: bool = False, ddof: int = 0) -> Ruled:
    """s = √var        ∂L/∂x = g·d/((n − ddof)·s), 0 where all numbers are equal        d = x − μ"""
    axes = several_axes("std", axis, x.shape)
    n = _freedom("std", x.shape, axes, ddof)
    d = _deviations(x, axes)
    s = np.sqrt(_mean_square(d, axes, True, n))

    def pull(g: Any) -> Any:
        equal = s == 0
        slope = np.reshape(_wide(g), s.shape) / (np.where(equal, 1, s) * builtins.max(n, 1))
        return np.where(equal, 0, slope) * d

    return _rounded(s if keepdims else np.reshape(s, dropped_shape(x.shape, axes)), x.dtype), (pull,)


def max(x: Array, *, axis: Axis = None, keepdims: bool = False) -> Ruled:
    """The largest x        g goes to the largest, in equal parts where several are equal (or are NaN)"""
    return _extreme("max", np.max, x, axis, keepdims)


def min(x: Array, *, axis: Axis = None, keepdims: bool = False) -> Ruled:
    """The smallest x        g goes to the smallest, in equal parts where several are equal (or are NaN)"""
    return _extreme("min", np.min, x, axis, keepdims)


def vector_norm(x: Array, *, p: float = 2.0, axis: Axis = None, keepdims: bool = False) -> Ruled:
    """‖x‖ = (Σ |x|ᵖ)^(1/p)        ∂L/∂x = g·sign(x)·(|x|/‖x‖)^(p−1), 0 where ‖x‖ = 0

    p = 1: Σ |x|; p = 2: the length √Σ x²; p = ∞: max |x|, whose g is shared where several are largest; p = 0 counts
    what is not 0, and has the gradient 0. The largest |x| is taken out of the sum first, so that no square overflows.
    """
    axes = several_axes("norm", axis, x.shape)
    kept = kept_shape(x.shape, axes)
    chosen: dict[str, Any] = {"axis": axes, "keepdims": True}
    wide = _wide(x)
    size, fixed = np.absolute(wide), detached(wide)
    if p == 0 or not x.size:
        y = np.sum((fixed != 0).astype(wide.dtype), **chosen)
        flat = lambda g: nothing(np.broadcast_to(np.reshape(g, kept), x.shape))  # noqa: E731
        return _rounded(y if keepdims else np.reshape(y, dropped_shape(x.shape, axes)), x.dtype), (flat,)
    top = np.max(detached(size), **chosen)
    if p == math.inf:
        y = np.max(size, **chosen)
    else:
        unit = np.where((top == 0) | np.isinf(top), 1, top).astype(wide.dtype)
        y = unit * np.sum((size / unit) ** p, **chosen) ** (1 / p)

    def pull(g: Any) -> Any:
        g = np.reshape(_wide(g), kept)
        if p == math.inf:
            largest = np.absolute(fixed) == top
            share = g / np.sum(largest, **chosen).astype(wide.dtype)
            return np.where(largest, share * np.sign(fixed), 0)
        still, zero = top == 0, fixed == 0
        length = np.where(still, 1, y)
        with np.errstate(invalid="ignore"):
            if p == 2:
                return np.where(still, 0, g * (wide / length))
            return np.where(zero, 0, g * np.sign(fixed) * (np.where(zero, 1, size) / length) ** (p - 1))

    return _rounded(y if keepdims else np.reshape(y, dropped_shape(x.shape, axes)), x.dtype), (pull,)


def logsumexp(x: Array, *, axis: Axis = None, keepdims: bool = False) -> Ruled:
    """y = m + ln Σ e^(x−m),  m = max x        ∂L/∂xᵢ = g·pᵢ,  p = softmax(x), g of the sum that xᵢ went into

    No e^ overflows, whatever the size of x. With ∞ among the numbers y is ∞; of −∞ alone, or of no number, it is −∞.
    What is infinite like y has the slope NaN there, since ∞ − ∞ is no number; the others have 0.
    """
    axes = several_axes("logsumexp", axis, x.shape)
    wide = _wide(x)
    chosen: dict[str, Any] = {"axis": axes, "keepdims": True}
    most = np.finfo(wide.dtype).max
    # as a constant, and never ∞: x − m then stays infinite where x is, and 0 or less where it is not
    m = np.clip(np.max(detached(wide), **chosen), -most, most) if x.size else wide.dtype.type(0)
    e = np.exp(wide - m)
    total = np.sum(e, **chosen)
    with np.errstate(divide="ignore"):  # ln 0 = −∞
        y = np.log(total) + m

    def pull(g: Any) -> Any:
        with np.errstate(invalid="ignore"):
            return np.reshape(_wide(g), kept_shape(x.shape, axes)) * (e / total)

    return _rounded(y if keepdims else np.reshape(y, dropped_shape(x.shape, axes)), x.dtype), (pull,)


def cumsum(x: Array, *, axis: int) -> Ruled:
    """yᵢ = x₁ + … + xᵢ along an axis        ∂L/∂xᵢ = gᵢ + gᵢ₊₁ + … + gₙ: every x is in all sums from its own on"""
    place = one_axis("cumsum", axis, x.shape)
    back = (slice(None),) * place + (slice(None, None, -1),)
    if x.dtype.kind in "biu":
        y = np.cumsum(x.astype(np.uint64 if x.dtype == np.uint64 else np.int64), axis=place)
    else:
        y = _rounded(np.cumsum(_wide(x), axis=place), x.dtype)
    return y, (lambda g: np.cumsum(_wide(g)[back], axis=place)[back],)


def count(shape: Shape, axes: tuple[int, ...]) -> int:
    """How many numbers become one."""
    return math.prod(shape[a] for a in axes)


def _extreme(name: str, pick: Any, x: Array, axis: Axis, keepdims: bool) -> Ruled:
    axes = several_axes(name, axis, x.shape)
    if not count(x.shape, axes):
        raise ValueError(f"{name} expects at least one number to choose from; got the shape {x.shape}, axis {axis}")
    y = pick(x, axis=axes, keepdims=True)

    def pull(g: Any) -> Any:
        chosen = (x == y) | (x != x)  # a NaN is its own extreme
        share = (1 / np.sum(chosen, axis=axes, keepdims=True)).astype(x.dtype)
        return np.where(chosen, np.reshape(g, kept_shape(x.shape, axes)) * share, 0)

    return y if keepdims else np.reshape(y, dropped_shape(x.shape, axes)), (pull,)


def _wide(x: Any) -> Any:
    """The numbers in the type that sums run in: float32 for float16, float64 for integers and bools, else their own."""
    if x.dtype.kind in "biu":
        return x.astype(np.float64)
    return x.astype(np.float32) if x.dtype == np.float16 else x


def _rounded(y: Any, dtype: Any) -> Any:
    """A result of `_wide` numbers in the type that their own type gives."""
    wanted = np.dtype(np.float32) if dtype.kind in "biu" else dtype
    return y if y.dtype == wanted else y.astype(wanted)


def _deviations(x: Any, axes: tuple[int, ...]) -> Any:
    """x − μ; exactly 0 where all numbers are equal.

    Rounding can take the computed mean of equal numbers a little away from them; a mean lies between the smallest and
    the largest number, so it is brought back there. (As a constant: it changes no derivative.)
    """
    x = _wide(x)
    n = count(x.shape, axes)
    if not n:
        return x
    with np.errstate(invalid="ignore"):  # with ∞ among the numbers there is no spread: NaN
        mean = np.sum(x, axis=axes, keepdims=True) / x.dtype.type(n)
        fixed, here = detached(x), detached(mean)
        low, high = np.min(fixed, axis=axes, keepdims=True), np.max(fixed, axis=axes, keepdims=True)
        return x - (mean - (here - np.minimum(np.maximum(here, low), high)))


def _mean_square(d: Any, axes: tuple[int, ...], keepdims: bool, n: int) -> Any:
    with np.errstate(invalid="ignore"):
        return np.sum(d * d, axis=axes, keepdims=keepdims) / d.dtype.type(n)


def _freedom(name: str, shape: Shape, axes: tuple[int, ...], ddof: int) -> int:
    n = count(shape, axes) - ddof
    if n <= 0 and ddof:
        raise ValueError(f"{name} with ddof={ddof} expects at least {ddof + 1} numbers; got {n + ddof}: use ddof=0")
    return n

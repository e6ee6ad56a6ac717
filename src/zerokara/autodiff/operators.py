"""NumPy's operators and methods, for tensors."""

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from zerokara import rules
from zerokara.arrays import Array, DTypeLike, Shape
from zerokara.autodiff.dispatch import Dispatched
from zerokara.autodiff.noting import noted
from zerokara.autodiff.promotion import combined, common_dtype, comparable, converted, is_number, values
from zerokara.kernels.tracing import Traced, as_array
from zerokara.rules import Rule, one_axis, several_axes

if TYPE_CHECKING:
    from zerokara.autodiff.tensor import Tensor

Axis = int | tuple[int, ...] | None


class Operators(Dispatched):
    """What a tensor can be asked to compute. Each method says which rule it applies; the formulas stand in `rules`."""

    __slots__ = ()
    data: Array
    _data: Array
    if TYPE_CHECKING:

        @property
        def shape(self) -> Shape:
            """The lengths of the axes."""

        @property
        def ndim(self) -> int:
            """How many axes there are."""

        def _apply(self, rule: Rule, *inputs: Any, **options: Any) -> Tensor: ...

    # arithmetic

    def __add__(self, other: Any) -> "Tensor":
        return self._combined(rules.add, self, other)

    def __radd__(self, other: Any) -> "Tensor":
        return self._combined(rules.add, other, self)

    def __sub__(self, other: Any) -> "Tensor":
        return self._combined(rules.subtract, self, other, bools=False)

    def __rsub__(self, other: Any) -> "Tensor":
        return self._combined(rules.subtract, other, self, bools=False)

    def __mul__(self, other: Any) -> "Tensor":
        return self._combined(rules.multiply, self, other)

    def __rmul__(self, other: Any) -> "Tensor":
        return self._combined(rules.multiply, other, self)

    def __truediv__(self, other: Any) -> "Tensor":
        return self._combined(rules.divide, self, other, fractions=True)

    def __rtruediv__(self, other: Any) -> "Tensor":
        return self._combined(rules.divide, other, self, fractions=True)

    def __pow__(self, other: Any) -> "Tensor":
        if isinstance(other, bool | int | float | np.generic):
            return self._raised(other)
        return self._combined(rules.power, self, other, bools=False)

    def __rpow__(self, other: Any) -> "Tensor":
        return self._combined(rules.power, other, self, bools=False)

    def __neg__(self) -> "Tensor":
        if self._data.dtype == np.bool_:
            raise TypeError("negative is not defined for bools: use ~t.data for the opposite, or .astype(np.int64)")
        return self._apply(rules.negative, self)

    def __pos__(self) -> Any:
        return self

    def __abs__(self) -> "Tensor":
        return self._apply(rules.absolute, self)

    def __matmul__(self, other: Any) -> "Tensor":
        return _matmul(self, other, self._combined)

    def __rmatmul__(self, other: Any) -> "Tensor":
        return _matmul(other, self, self._combined)

    def _combined(self, rule: Rule, x: Any, y: Any, **ways: bool) -> "Tensor":
        """A rule of two operands, one of them this tensor, whatever their types."""
        return combined(self._apply, rule, x, y, **ways)  # type: ignore[no-any-return]

    def _fractional(self) -> Any:
        """Itself, or float32 where it holds integers or bools."""
        return self if self._data.dtype.kind == "f" else self.astype(np.float32)

    def _raised(self, p: Any) -> "Tensor":
        """selfᵖ for a plain number."""
        if self._data.dtype.kind == "f":
            return self._apply(rules.scalar_power, self, p=float(p))
        dtype = common_dtype(self, p)
        x = converted(self, np.int64 if dtype == np.bool_ else dtype)
        if dtype.kind != "f" and p < 0:
            raise ValueError("an integer to a negative power is a fraction: use .astype(np.float32) first")
        return self._apply(rules.scalar_power, x, p=float(p) if dtype.kind == "f" else int(p))

    # comparisons give ordinary arrays: they have no gradient

    def __lt__(self, other: Any) -> Array:
        return noted(as_array(np.less(*comparable(self, other))), np.less, self, other)

    def __le__(self, other: Any) -> Array:
        return noted(as_array(np.less_equal(*comparable(self, other))), np.less_equal, self, other)

    def __gt__(self, other: Any) -> Array:
        return noted(as_array(np.greater(*comparable(self, other))), np.greater, self, other)

    def __ge__(self, other: Any) -> Array:
        return noted(as_array(np.greater_equal(*comparable(self, other))), np.greater_equal, self, other)

    def __eq__(self, other: object) -> Array:  # type: ignore[override]
        return noted(as_array(np.equal(*comparable(self, other))), np.equal, self, other)

    def __ne__(self, other: object) -> Array:  # type: ignore[override]
        return noted(as_array(np.not_equal(*comparable(self, other))), np.not_equal, self, other)

    __hash__ = object.__hash__

    def __iter__(self) -> "Iterator[Tensor]":
        if not self.ndim:
            raise TypeError("a tensor without axes is one number and cannot be gone through: use .item() for it")
        return (self[i] for i in range(self.shape[0]))

    def __contains__(self, number: Any) -> bool:
        return bool((self == number).any())

    def argmax(self, axis: int | None = None) -> Array:
        """Where the largest number stands, as an ordinary array."""
        return noted(as_array(np.argmax(values(self), self._searched("argmax", axis))), np.argmax, self)

    def argmin(self, axis: int | None = None) -> Array:
        """Where the smallest number stands, as an ordinary array."""
        return noted(as_array(np.argmin(values(self), self._searched("argmin", axis))), np.argmin, self)

    def _searched(self, name: str, axis: int | None) -> int | None:
        """The axis to search along; ValueError if there is nothing to find."""
        place = None if axis is None else one_axis(name, axis, self.shape or (1,))
        if not (math.prod(self.shape) if place is None else (*self.shape, 1)[place]):
            raise ValueError(f"{name} expects at least one number to choose from; got the shape {self.shape}")
        return place

    # functions of each number

    def exp(self) -> "Tensor":
        """eˣ"""
        return self._apply(rules.exp, self._fractional())

    def log(self) -> "Tensor":
        """ln x"""
        return self._apply(rules.log, self._fractional())

    def sqrt(self) -> "Tensor":
        """√x"""
        return self._apply(rules.sqrt, self._fractional())

    def sin(self) -> "Tensor":
        """sin x"""
        return self._apply(rules.sin, self._fractional())

    def cos(self) -> "Tensor":
        """cos x"""
        return self._apply(rules.cos, self._fractional())

    def tanh(self) -> "Tensor":
        """tanh x"""
        return self._apply(rules.tanh, self._fractional())

    def abs(self) -> "Tensor":
        """|x|"""
        return self._apply(rules.absolute, self)

    def clip(self, low: Any = None, high: Any = None) -> "Tensor":
        """min(max(x, low), high); a bound may be a number, or a tensor or array that fits x."""
        bounds = [bound for bound in (low, high) if bound is not None]
        x = converted(self, common_dtype(self, *bounds))
        if not all(is_number(bound) and not isinstance(bound, Traced) for bound in bounds):
            return _clip_between(x, low, high)  # type: ignore[no-any-return]
        return self._apply(rules.clip, x, low=_bound(low, x, "low"), high=_bound(high, x, "high"))

    def astype(self, dtype: DTypeLike) -> "Tensor":
        """The same numbers in another dtype; gradients pass through."""
        wanted = np.dtype(dtype).newbyteorder("=")
        if wanted.kind not in "biuf":
            raise TypeError(f"a tensor holds real numbers or bools; got {wanted}")
        return self._apply(rules.cast, self, dtype=wanted)

    # reductions

    def sum(self, axis: Axis = None, keepdims: bool = False) -> "Tensor":
        """Σ x"""
        return self._apply(rules.sum, self, axis=axis, keepdims=keepdims)

    def mean(self, axis: Axis = None, keepdims: bool = False) -> "Tensor":
        """(1/n) Σ x"""
        return self._apply(rules.mean, self, axis=axis, keepdims=keepdims)

    def max(self, axis: Axis = None, keepdims: bool = False) -> "Tensor":
        """The largest x"""
        return self._apply(rules.max, self, axis=axis, keepdims=keepdims)

    def min(self, axis: Axis = None, keepdims: bool = False) -> "Tensor":
        """The smallest x"""
        return self._apply(rules.min, self, axis=axis, keepdims=keepdims)

    def var(self, axis: Axis = None, keepdims: bool = False, ddof: int = 0) -> "Tensor":
        """(1/(n − ddof)) Σ (x − mean)²: NumPy's convention, ddof = 0 unless asked otherwise."""
        return self._apply(rules.var, self, axis=axis, keepdims=keepdims, ddof=ddof)

    def std(self, axis: Axis = None, keepdims: bool = False, ddof: int = 0) -> "Tensor":
        """√var"""
        return self._apply(rules.std, self, axis=axis, keepdims=keepdims, ddof=ddof)

    # arrangement

    def reshape(self, *shape: int | Shape) -> "Tensor":
        """The same numbers in another shape; one length may be −1."""
        return self._apply(rules.reshape, self, shape=_flat(shape))

    def flatten(self, start_axis: int = 0) -> "Tensor":
        """All axes from `start_axis` on become one."""
        start = one_axis("flatten", start_axis, self.shape or (1,))
        return self.reshape(*self.shape[:start], math.prod(self.shape[start:]))

    def transpose(self, *axes: int | Shape) -> "Tensor":
        """Axes in another order; all reversed if none are given."""
        order = _flat(axes) or tuple(reversed(range(self.ndim)))
        return self._apply(rules.transpose, self, axes=order)

    def swapaxes(self, a: int, b: int) -> "Tensor":
        """Two axes exchanged."""
        order = list(range(self.ndim))
        first, second = (one_axis("swapaxes", axis, self.shape) for axis in (a, b))
        order[first], order[second] = second, first
        return self.transpose(*order)

    @property
    def T(self) -> "Tensor":  # noqa: N802  (NumPy's name)
        """All axes reversed."""
        return self.transpose()

    def squeeze(self, axis: Axis = None) -> "Tensor":
        """Without the axes of length 1, or without the given ones."""
        single = tuple(i for i, n in enumerate(self.shape) if n == 1)
        away = single if axis is None else several_axes("squeeze", axis, self.shape)
        if not set(away) <= set(single):
            raise ValueError(f"squeeze expects axes of length 1; got axis {axis} for the shape {self.shape}")
        return self.reshape(tuple(n for i, n in enumerate(self.shape) if i not in away))

    def expand_dims(self, axis: int) -> "Tensor":
        """With a new axis of length 1."""
        place = one_axis("expand_dims", axis, (*self.shape, 1))
        return self.reshape((*self.shape[:place], 1, *self.shape[place:]))

    def broadcast_to(self, shape: Shape) -> "Tensor":
        """The numbers repeated to fill a larger shape."""
        return self._apply(rules.broadcast_to, self, shape=shape)

    def __getitem__(self, index: Any) -> "Tensor":
        return self._apply(rules.getitem, self, index=_plain(index))


def _flat(numbers: tuple[Any, ...]) -> Shape:
    """(2, 3) from either f(2, 3) or f((2, 3))."""
    return tuple(numbers[0]) if len(numbers) == 1 and not isinstance(numbers[0], int | np.integer) else numbers


def _plain(index: Any) -> Any:
    """An index whose tensors have become arrays."""
    if isinstance(index, tuple):
        return tuple(_plain(i) for i in index)
    if isinstance(index, list):  # a list may change until the way back
        array = np.array(index)
        return array if array.size else array.astype(np.intp)
    return index.data if isinstance(index, Operators) else index


def _bound(bound: Any, x: "Tensor", side: str) -> float | int | None:
    """A bound as a plain number of the tensor's type. An integer beyond the type's range bounds nothing."""
    if bound is None:
        return None
    number = np.asarray(bound).item()
    if x.dtype.kind == "f":
        return float(number)
    limits = np.iinfo(x.dtype) if x.dtype.kind in "iu" else None
    if limits is None or limits.min <= number <= limits.max:
        return number  # type: ignore[no-any-return]
    if (number > limits.max) == (side == "low"):
        raise ValueError(f"clip: {side}={number} does not fit {x.dtype}: use .astype(np.int64) first")
    return None


def _clip_between(x: Any, low: Any, high: Any) -> Any:
    """Clip with bounds of the shape of x, or that fit it: min(max(x, low), high), x itself where it equals a bound."""
    for bound, beyond in ((low, np.less), (high, np.greater)):
        if bound is not None:
            x = combined(_choosing(x, beyond(x, bound)), rules.where, bound, x)
    return x


def _choosing(owner: Any, condition: Array) -> Callable[..., Any]:
    return lambda rule, *xs: owner._apply(rule, *xs, condition=condition)


def _matmul(x: Any, y: Any, combined: Callable[..., Any]) -> "Tensor":
    """The rule knows matrices only: a vector becomes a matrix of one row (left) or one column (right), and back."""
    x, y = (as_array(side) if isinstance(side, list | tuple) else side for side in (x, y))
    if 0 in (np.ndim(x), np.ndim(y)):
        raise ValueError("matmul multiplies vectors and matrices; got a scalar: use * instead")
    inner = x.shape[-1], y.shape[-2 if y.ndim > 1 else 0]
    if inner[0] != inner[1]:
        raise ValueError(
            f"matmul {tuple(x.shape)} @ {tuple(y.shape)}: the last axis of the left ({inner[0]}) must match the "
            f"{'second last' if y.ndim > 1 else 'only'} axis of the right ({inner[1]})"
        )
    try:
        np.broadcast_shapes(x.shape[:-2], y.shape[:-2])
    except ValueError:
        raise ValueError(
            f"matmul {tuple(x.shape)} @ {tuple(y.shape)}: the axes before the last two must be equal or 1"
        ) from None
    row, column = x.ndim == 1, y.ndim == 1
    z = combined(rules.matmul, x[None] if row else x, y[:, None] if column else y)
    if row:
        z = z[..., 0, :]
    return z[..., 0] if column else z  # type: ignore[no-any-return]

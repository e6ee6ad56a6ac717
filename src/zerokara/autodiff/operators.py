"""NumPy's operators, methods and functions, for tensors."""

import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import numpy as np

from zerokara import rules
from zerokara.arrays import Array, DTypeLike, Shape
from zerokara.kernels.tracing import as_array
from zerokara.rules import Rule

if TYPE_CHECKING:
    from zerokara.autodiff.tensor import Tensor

Axis = int | tuple[int, ...] | None

Note = Callable[..., Array]
"""(array, function, *inputs) → the array, or one that remembers what it was computed of."""

_note: ContextVar[Note | None] = ContextVar("_note", default=None)


@contextmanager
def noting(note: Note) -> Iterator[None]:
    """A block in which `note` is told of every array that is computed of tensors and has no gradient: a comparison."""
    token = _note.set(note)
    try:
        yield
    finally:
        _note.reset(token)


def _noted(found: Array, function: Callable[..., Any], *inputs: Any) -> Array:
    note = _note.get()
    return found if note is None else note(found, function, *inputs)


class Operators:
    """What a tensor can be asked to compute. Each method says which rule it applies; the formulas stand in `rules`."""

    __slots__ = ()
    data: Array
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
        return self._apply(rules.add, self, self._like(other))

    def __radd__(self, other: Any) -> "Tensor":
        return self._apply(rules.add, self._like(other), self)

    def __sub__(self, other: Any) -> "Tensor":
        return self._apply(rules.subtract, self, self._like(other))

    def __rsub__(self, other: Any) -> "Tensor":
        return self._apply(rules.subtract, self._like(other), self)

    def __mul__(self, other: Any) -> "Tensor":
        return self._apply(rules.multiply, self, self._like(other))

    def __rmul__(self, other: Any) -> "Tensor":
        return self._apply(rules.multiply, self._like(other), self)

    def __truediv__(self, other: Any) -> "Tensor":
        return self._apply(rules.divide, self, self._like(other))

    def __rtruediv__(self, other: Any) -> "Tensor":
        return self._apply(rules.divide, self._like(other), self)

    def __pow__(self, other: Any) -> "Tensor":
        return self._apply(rules.power, self, self._like(other))

    def __rpow__(self, other: Any) -> "Tensor":
        return self._apply(rules.power, self._like(other), self)

    def __neg__(self) -> "Tensor":
        return self._apply(rules.negative, self)

    def __pos__(self) -> "Tensor":
        return self._apply(rules.add, self, self._like(0))

    def __abs__(self) -> "Tensor":
        return self._apply(rules.absolute, self)

    def __matmul__(self, other: Any) -> "Tensor":
        return _matmul(self, self._like(other), self._apply)

    def __rmatmul__(self, other: Any) -> "Tensor":
        return _matmul(self._like(other), self, self._apply)

    def _like(self, other: Any) -> Any:
        """A bare number takes the dtype of the tensor it meets: float64 stays exact and float32 stays float32."""
        if isinstance(other, bool | int | float) and np.issubdtype(self.data.dtype, np.floating):
            return np.asarray(other, self.data.dtype)
        return other if isinstance(other, Operators) else as_array(other)

    # comparisons give ordinary arrays: they have no gradient

    def __lt__(self, other: Any) -> Array:
        return _noted(self.data < as_array(other), np.less, self, other)

    def __le__(self, other: Any) -> Array:
        return _noted(self.data <= as_array(other), np.less_equal, self, other)

    def __gt__(self, other: Any) -> Array:
        return _noted(self.data > as_array(other), np.greater, self, other)

    def __ge__(self, other: Any) -> Array:
        return _noted(self.data >= as_array(other), np.greater_equal, self, other)

    def __eq__(self, other: object) -> Array:  # type: ignore[override]
        return _noted(as_array(self.data == as_array(other)), np.equal, self, other)

    def __ne__(self, other: object) -> Array:  # type: ignore[override]
        return _noted(as_array(self.data != as_array(other)), np.not_equal, self, other)

    __hash__ = object.__hash__

    def argmax(self, axis: int | None = None) -> Array:
        """Where the largest number stands, as an ordinary array."""
        return _noted(as_array(np.argmax(self.data, axis)), np.argmax, self)

    def argmin(self, axis: int | None = None) -> Array:
        """Where the smallest number stands, as an ordinary array."""
        return _noted(as_array(np.argmin(self.data, axis)), np.argmin, self)

    # functions of each number

    def exp(self) -> "Tensor":
        """eˣ"""
        return self._apply(rules.exp, self)

    def log(self) -> "Tensor":
        """ln x"""
        return self._apply(rules.log, self)

    def sqrt(self) -> "Tensor":
        """√x"""
        return self._apply(rules.sqrt, self)

    def sin(self) -> "Tensor":
        """sin x"""
        return self._apply(rules.sin, self)

    def cos(self) -> "Tensor":
        """cos x"""
        return self._apply(rules.cos, self)

    def tanh(self) -> "Tensor":
        """tanh x"""
        return self._apply(rules.tanh, self)

    def abs(self) -> "Tensor":
        """|x|"""
        return self._apply(rules.absolute, self)

    def clip(self, low: float | None = None, high: float | None = None) -> "Tensor":
        """min(max(x, low), high)"""
        return self._apply(rules.clip, self, low=low, high=high)

    def astype(self, dtype: DTypeLike) -> "Tensor":
        """The same numbers in another dtype; gradients pass through."""
        return self._apply(rules.cast, self, dtype=np.dtype(dtype))

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
        """The smallest x: −max(−x)"""
        return -(-self).max(axis, keepdims)

    def var(self, axis: Axis = None, keepdims: bool = False, ddof: int = 0) -> "Tensor":
        """(1/(n − ddof)) Σ (x − mean)²: NumPy's convention, ddof = 0 unless asked otherwise."""
        d = self - self.mean(axis, keepdims=True)
        n = self.data.size // max(self.mean(axis).size, 1)
        return (d * d).sum(axis, keepdims) / (n - ddof)

    def std(self, axis: Axis = None, keepdims: bool = False, ddof: int = 0) -> "Tensor":
        """√var"""
        return self.var(axis, keepdims, ddof).sqrt()

    # arrangement

    def reshape(self, *shape: int | Shape) -> "Tensor":
        """The same numbers in another shape; one length may be −1."""
        return self._apply(rules.reshape, self, shape=_flat(shape))

    def flatten(self, start_axis: int = 0) -> "Tensor":
        """All axes from `start_axis` on become one."""
        rest = int(np.prod(self.shape[start_axis:]))
        return self.reshape(*self.shape[:start_axis], rest)

    def transpose(self, *axes: int | Shape) -> "Tensor":
        """Axes in another order; all reversed if none are given."""
        order = _flat(axes) or tuple(reversed(range(self.ndim)))
        return self._apply(rules.transpose, self, axes=order)

    def swapaxes(self, a: int, b: int) -> "Tensor":
        """Two axes exchanged."""
        order = list(range(self.ndim))
        order[a], order[b] = order[b], order[a]
        return self.transpose(*order)

    @property
    def T(self) -> "Tensor":  # noqa: N802  (NumPy's name)
        """All axes reversed."""
        return self.transpose()

    def squeeze(self, axis: int | None = None) -> "Tensor":
        """Without the axes (or the axis) of length 1."""
        return self.reshape(np.squeeze(self.data, axis).shape)

    def expand_dims(self, axis: int) -> "Tensor":
        """With a new axis of length 1."""
        return self.reshape(np.expand_dims(self.data, axis).shape)

    def broadcast_to(self, shape: Shape) -> "Tensor":
        """The numbers repeated to fill a larger shape."""
        return self._apply(rules.broadcast_to, self, shape=tuple(shape))

    def __getitem__(self, index: Any) -> "Tensor":
        return self._apply(rules.getitem, self, index=_plain(index))

    # NumPy's own functions: np.exp(t), np.sum(t, axis=0), array * t

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **keywords: Any) -> Any:
        known = UFUNCS.get(ufunc)
        if known is None or method != "__call__" or keywords:
            raise TypeError(f"np.{ufunc.__name__} is not defined for tensors: use np.asarray(t) for its numbers")
        return known(*inputs)

    def __array_function__(
        self, function: Callable[..., Any], types: Sequence[type], args: Sequence[Any], kwargs: dict[str, Any]
    ) -> Any:
        known = FUNCTIONS.get(function)
        name = f"{function.__module__}.{function.__name__}".replace("numpy", "np", 1)
        if known is None:
            raise TypeError(f"{name} is not defined for tensors: use np.asarray(t) for its numbers")
        try:
            inspect.signature(known).bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(f"{name} of a tensor: {error}; use np.asarray(t) for its numbers") from None
        return known(*args, **kwargs)


def _flat(numbers: tuple[Any, ...]) -> Shape:
    """(2, 3) from either f(2, 3) or f((2, 3))."""
    return tuple(numbers[0]) if len(numbers) == 1 and not isinstance(numbers[0], int | np.integer) else numbers


def _plain(index: Any) -> Any:
    """An index whose tensors have become arrays."""
    if isinstance(index, tuple):
        return tuple(_plain(i) for i in index)
    return index.data if isinstance(index, Operators) else index


def _matmul(x: Any, y: Any, apply: Callable[..., "Tensor"]) -> "Tensor":
    """The rule knows matrices only: a vector becomes a matrix of one row (left) or one column (right), and back."""
    if 0 in (x.ndim, y.ndim):
        raise ValueError("matmul multiplies vectors and matrices; got a scalar: use * instead")
    inner = x.shape[-1], y.shape[-2 if y.ndim > 1 else 0]
    if inner[0] != inner[1]:
        raise ValueError(
            f"matmul {tuple(x.shape)} @ {tuple(y.shape)}: the last axis of the left ({inner[0]}) must match the "
            f"{'second last' if y.ndim > 1 else 'only'} axis of the right ({inner[1]})"
        )
    row, column = x.ndim == 1, y.ndim == 1
    z = apply(rules.matmul, x[None] if row else x, y[:, None] if column else y)
    if row:
        z = z[..., 0, :]
    return z[..., 0] if column else z


def _left(operator: str) -> Callable[[Any, Any], Any]:
    """A binary operator where at least one side is a tensor."""

    def apply(x: Any, y: Any) -> Any:
        if isinstance(x, Operators):
            return getattr(x, f"__{operator}__")(y)
        return getattr(y, f"__r{operator}__")(x)

    return apply


def _binary(rule: Rule) -> Callable[[Any, Any], Any]:
    def apply(x: Any, y: Any) -> Any:
        owner = x if isinstance(x, Operators) else y
        return owner._apply(rule, owner._like(x), owner._like(y))

    return apply


def _unary(rule: Rule) -> Callable[[Any], Any]:
    return lambda x: x._apply(rule, x)


def _constant(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function without a gradient: its result is an ordinary array."""
    return lambda *xs: _noted(function(*(as_array(x) for x in xs)), function, *xs)


def _where(condition: Any, x: Any, y: Any) -> Any:
    owner = x if isinstance(x, Operators) else y
    return owner._apply(rules.where, owner._like(x), owner._like(y), condition=as_array(condition, bool))


def _concatenate(xs: Sequence[Any], axis: int = 0) -> Any:
    owner = next(x for x in xs if isinstance(x, Operators))
    return owner._apply(rules.concatenate, *xs, axis=axis)


def _stack(xs: Sequence[Any], axis: int = 0) -> Any:
    return _concatenate(
        [x.expand_dims(axis) if isinstance(x, Operators) else np.expand_dims(x, axis) for x in xs], axis
    )


def _dot(x: Any, y: Any) -> Any:
    return UFUNCS[np.multiply if 0 in (np.ndim(x), np.ndim(y)) else np.matmul](x, y)


UFUNCS: dict[np.ufunc, Callable[..., Any]] = {
    np.add: _left("add"),
    np.subtract: _left("sub"),
    np.multiply: _left("mul"),
    np.divide: _left("truediv"),
    np.power: _left("pow"),
    np.matmul: _left("matmul"),
    np.maximum: _binary(rules.maximum),
    np.minimum: _binary(rules.minimum),
    np.logaddexp: _binary(rules.logaddexp),
    np.square: lambda x: x * x,
    **{
        ufunc: _unary(rule)
        for ufunc, rule in (
            (np.negative, rules.negative),
            (np.exp, rules.exp),
            (np.log, rules.log),
            (np.sqrt, rules.sqrt),
            (np.sin, rules.sin),
            (np.cos, rules.cos),
            (np.tanh, rules.tanh),
            (np.absolute, rules.absolute),
        )
    },
    **{
        ufunc: _constant(ufunc)
        for ufunc in (
            np.sign, np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal,
            np.isfinite, np.isnan, np.isinf,
        )
    },
}  # fmt: skip

FUNCTIONS: dict[Callable[..., Any], Callable[..., Any]] = {
    np.sum: lambda x, axis=None, keepdims=False: x.sum(axis, keepdims),
    np.mean: lambda x, axis=None, keepdims=False: x.mean(axis, keepdims),
    np.max: lambda x, axis=None, keepdims=False: x.max(axis, keepdims),
    np.min: lambda x, axis=None, keepdims=False: x.min(axis, keepdims),
    np.var: lambda x, axis=None, ddof=0, keepdims=False: x.var(axis, keepdims, ddof),
    np.std: lambda x, axis=None, ddof=0, keepdims=False: x.std(axis, keepdims, ddof),
    np.reshape: lambda x, shape: x.reshape(shape),
    np.transpose: lambda x, axes=None: x.transpose(*(axes or ())),
    np.swapaxes: lambda x, a, b: x.swapaxes(a, b),
    np.broadcast_to: lambda x, shape: x.broadcast_to(shape),
    np.squeeze: lambda x, axis=None: x.squeeze(axis),
    np.expand_dims: lambda x, axis: x.expand_dims(axis),
    np.clip: lambda x, low=None, high=None: x.clip(low, high),
    np.where: _where,
    np.concatenate: _concatenate,
    np.stack: _stack,
    np.dot: _dot,
    np.argmax: lambda x, axis=None: x.argmax(axis),
    np.argmin: lambda x, axis=None: x.argmin(axis),
    np.shape: lambda x: x.shape,
    np.ndim: lambda x: x.ndim,
    np.size: lambda x: x.size,
}

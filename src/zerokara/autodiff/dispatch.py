"""NumPy's own functions, for tensors: np.exp(t), np.sum(t, axis=0), array * t."""

import inspect
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from zerokara import rules
from zerokara.arrays import Array, DTypeLike, Shape
from zerokara.autodiff.noting import noted
from zerokara.autodiff.promotion import alike, combined, compared, numbers, values
from zerokara.rules import Rule

if TYPE_CHECKING:
    from zerokara.autodiff.tensor import Tensor


class Dispatched:
    """What NumPy asks when it meets a tensor. A function that has no entry below is refused in words."""

    __slots__ = ()
    if TYPE_CHECKING:
        data: Array
        node: Any
        requires_grad: bool
        _data: Array
        _memory: Any

        @property
        def shape(self) -> Shape:
            """The lengths of the axes."""

        @property
        def dtype(self) -> np.dtype[Any]:
            """The type of the numbers."""

        @property
        def ndim(self) -> int:
            """How many axes there are."""

        def write(self) -> Array:
            """The array, to write to now."""

        def _apply(self, rule: Rule, *inputs: Any, **options: Any) -> Tensor: ...

        @staticmethod
        def _tensor(value: Any) -> Tensor: ...

        def astype(self, dtype: DTypeLike) -> Tensor:
            """The same numbers in another dtype."""

        def __getitem__(self, index: Any) -> Tensor: ...

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


def _owner(*operands: Any) -> Any:
    """The first tensor among the operands."""
    return next(x for x in operands if isinstance(x, Dispatched))


def _left(operator: str) -> Callable[[Any, Any], Any]:
    """A binary operator where at least one side is a tensor."""

    def apply(x: Any, y: Any) -> Any:
        if isinstance(x, Dispatched):
            return getattr(x, f"__{operator}__")(y)
        return getattr(y, f"__r{operator}__")(x)

    return apply


def _binary(rule: Rule, *, fractions: bool = False) -> Callable[[Any, Any], Any]:
    return lambda x, y: combined(_owner(x, y)._apply, rule, x, y, fractions=fractions)


def _unary(rule: Rule) -> Callable[[Any], Any]:
    return lambda x: x._apply(rule, x._fractional())


def _compared(ufunc: np.ufunc) -> Callable[[Any, Any], Any]:
    return lambda x, y: noted(compared(ufunc, x, y), ufunc, x, y)


def _constant(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function without a gradient: its result is an ordinary array."""
    return lambda *xs: noted(function(*(values(x) for x in xs)), function, *xs)


def _where(condition: Any, x: Any, y: Any) -> Any:
    return chosen(_owner(x, y, condition)._apply, condition, x, y)


def chosen(apply: Callable[..., Any], condition: Any, x: Any, y: Any) -> Any:
    """x where the condition holds, else y, of any types and shapes that fit together."""
    mask = truth(condition)
    try:
        return combined(lambda rule, *xs: apply(rule, *xs, condition=mask), rules.where, x, y)
    except ValueError:
        shapes = [tuple(np.shape(part)) for part in (mask, x, y)]
        try:
            np.broadcast_shapes(*shapes)
        except ValueError:
            raise ValueError(
                f"where: the shapes {shapes[0]}, {shapes[1]} and {shapes[2]} do not fit: counted from the last, axes "
                "must be equal or 1"
            ) from None
        raise


def truth(condition: Any) -> Any:
    """A condition as an array of bools."""
    array = numbers("a condition", condition)
    return array if array.dtype == np.bool_ else array.astype(np.bool_)


def _concatenate(xs: Sequence[Any], axis: int = 0) -> Any:
    return _owner(*xs)._apply(rules.concatenate, *alike(*xs), axis=axis)


def _stack(xs: Sequence[Any], axis: int = 0) -> Any:
    shapes = [np.shape(x) for x in xs]
    if len(set(shapes)) > 1:
        raise ValueError(f"stack expects arrays of one shape; got {shapes}")
    place = rules.one_axis("stack", axis, (*shapes[0], 1))
    owner = _owner(*xs)
    wider = [owner._apply(rules.reshape, x, shape=(*np.shape(x)[:place], 1, *np.shape(x)[place:])) for x in xs]
    return _concatenate(wider, place)


def _dot(x: Any, y: Any) -> Any:
    if np.ndim(x) > 1 and np.ndim(y) > 2:  # there np.dot is another product than matmul
        raise ValueError(
            f"np.dot of tensors expects at most two axes on the right; got {np.shape(x)} and {np.shape(y)}: "
            "use x @ y for products of matrices in a stack"
        )
    return UFUNCS[np.multiply if 0 in (np.ndim(x), np.ndim(y)) else np.matmul](x, y)


def _einsum(equation: str, *xs: Any, optimize: Any = True) -> Any:
    written = rules.written_out(equation, [np.ndim(x) for x in xs])
    return _owner(*xs)._apply(rules.einsum, *alike(*xs), equation=written)


UFUNCS: dict[np.ufunc, Callable[..., Any]] = {
    np.add: _left("add"),
    np.subtract: _left("sub"),
    np.multiply: _left("mul"),
    np.divide: _left("truediv"),
    np.power: _left("pow"),
    np.matmul: _left("matmul"),
    np.maximum: _binary(rules.maximum),
    np.minimum: _binary(rules.minimum),
    np.logaddexp: _binary(rules.logaddexp, fractions=True),
    np.square: lambda x: x * x,
    np.negative: lambda x: -x,
    np.absolute: lambda x: x.abs(),
    **{
        ufunc: _unary(rule)
        for ufunc, rule in (
            (np.exp, rules.exp),
            (np.log, rules.log),
            (np.sqrt, rules.sqrt),
            (np.sin, rules.sin),
            (np.cos, rules.cos),
            (np.tanh, rules.tanh),
        )
    },
    **{
        ufunc: _compared(ufunc)
        for ufunc in (np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal)
    },
    np.invert: lambda x: ~x,
    np.bitwise_and: _left("and"),
    np.bitwise_or: _left("or"),
    np.bitwise_xor: _left("xor"),
    **{ufunc: _constant(ufunc) for ufunc in (np.sign, np.isfinite, np.isnan, np.isinf)},
}

FUNCTIONS: dict[Callable[..., Any], Callable[..., Any]] = {
    np.sum: lambda x, axis=None, keepdims=False: x.sum(axis, keepdims),
    np.mean: lambda x, axis=None, keepdims=False: x.mean(axis, keepdims),
    np.max: lambda x, axis=None, keepdims=False: x.max(axis, keepdims),
    np.min: lambda x, axis=None, keepdims=False: x.min(axis, keepdims),
    np.var: lambda x, axis=None, ddof=0, keepdims=False: x.var(axis, keepdims, ddof),
    np.std: lambda x, axis=None, ddof=0, keepdims=False: x.std(axis, keepdims, ddof),
    np.copy: lambda x: x.clone(),
    np.reshape: lambda x, shape: x.reshape(shape),
    np.transpose: lambda x, axes=None: x.permute(*(axes or reversed(range(x.ndim)))),
    np.cumsum: lambda x, axis=None: x.reshape(-1).cumsum(0) if axis is None else x.cumsum(axis),
    np.einsum: _einsum,
    np.swapaxes: lambda x, a, b: x.swapaxes(a, b),
    np.broadcast_to: lambda x, shape: x.broadcast_to(shape),
    np.squeeze: lambda x, axis=None: x.squeeze(axis),
    np.expand_dims: lambda x, axis: x.expand_dims(axis),
    np.clip: lambda x, low=None, high=None: _owner(x, low, high)._tensor(x).clip(low, high),
    np.where: _where,
    np.concatenate: _concatenate,
    np.stack: _stack,
    np.dot: _dot,
    np.argmax: lambda x, axis=None: x.argmax(axis),
    np.argmin: lambda x, axis=None: x.argmin(axis),
    np.shape: lambda x: x.shape,
    np.ndim: lambda x: x.ndim,
    np.size: lambda x: int(x.size),
}

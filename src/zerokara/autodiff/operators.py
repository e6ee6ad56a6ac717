"""Python's operators, for tensors, and the methods that PyTorch has for them."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from zerokara import rules
from zerokara.arrays import Array
from zerokara.autodiff.dispatch import Dispatched
from zerokara.autodiff.noting import noted
from zerokara.autodiff.promotion import combined, common_dtype, compared, converted, numbers, refusal
from zerokara.kernels.tracing import as_array
from zerokara.rules import Rule

if TYPE_CHECKING:
    from zerokara.autodiff.tensor import Tensor


class Operators(Dispatched):
    """What a tensor can be asked to compute. Each method says which rule it applies; the formulas stand in `rules`."""

    __slots__ = ()

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
            raise TypeError("negative is not defined for bools: use ~t for the opposite, or .astype(np.int64)")
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
        return noted(compared(np.less, self, other), np.less, self, other)

    def __le__(self, other: Any) -> Array:
        return noted(compared(np.less_equal, self, other), np.less_equal, self, other)

    def __gt__(self, other: Any) -> Array:
        return noted(compared(np.greater, self, other), np.greater, self, other)

    def __ge__(self, other: Any) -> Array:
        return noted(compared(np.greater_equal, self, other), np.greater_equal, self, other)

    def __eq__(self, other: object) -> Array:  # type: ignore[override]
        return noted(compared(np.equal, self, other), np.equal, self, other)

    def __ne__(self, other: object) -> Array:  # type: ignore[override]
        return noted(compared(np.not_equal, self, other), np.not_equal, self, other)

    __hash__ = object.__hash__

    # of truth values and whole numbers, bit by bit: ordinary arrays, too

    def __and__(self, other: Any) -> Array:
        return _bits(np.bitwise_and, self, other)

    __rand__ = __and__

    def __or__(self, other: Any) -> Array:
        return _bits(np.bitwise_or, self, other)

    __ror__ = __or__

    def __xor__(self, other: Any) -> Array:
        return _bits(np.bitwise_xor, self, other)

    __rxor__ = __xor__

    def __invert__(self) -> Array:
        return _bits(np.invert, self)

    def __iter__(self) -> "Iterator[Tensor]":
        if not self.ndim:
            raise TypeError("a tensor without axes is one number and cannot be gone through: use .item() for it")
        return (self[i] for i in range(self.shape[0]))

    def __contains__(self, number: Any) -> bool:
        return bool((self == number).any())

    # operators under a name, as PyTorch has them

    def add(self, other: Any, *, alpha: float = 1) -> "Tensor":
        """x + α·y"""
        return self.__add__(other if alpha == 1 else other * alpha)

    def sub(self, other: Any, *, alpha: float = 1) -> "Tensor":
        """x − α·y"""
        return self.__sub__(other if alpha == 1 else other * alpha)

    def mul(self, other: Any) -> "Tensor":
        """x · y"""
        return self.__mul__(other)

    def div(self, other: Any) -> "Tensor":
        """x / y"""
        return self.__truediv__(other)

    def eq(self, other: Any) -> Array:
        """x == y, an array of truth values."""
        return self.__eq__(other)

    def ne(self, other: Any) -> Array:
        """x != y, an array of truth values."""
        return self.__ne__(other)

    def lt(self, other: Any) -> Array:
        """x < y, an array of truth values."""
        return self.__lt__(other)

    def le(self, other: Any) -> Array:
        """x <= y, an array of truth values."""
        return self.__le__(other)

    def gt(self, other: Any) -> Array:
        """x > y, an array of truth values."""
        return self.__gt__(other)

    def ge(self, other: Any) -> Array:
        """x >= y, an array of truth values."""
        return self.__ge__(other)

    def neg(self) -> "Tensor":
        """−x"""
        return self.__neg__()

    def matmul(self, other: Any) -> "Tensor":
        """x @ y"""
        return self.__matmul__(other)

    def mm(self, other: Any) -> "Tensor":
        """The product of two matrices."""
        return _matmul(_of_rank("mm", 2, self), _of_rank("mm", 2, other), self._combined)

    def bmm(self, other: Any) -> "Tensor":
        """The products of two stacks (N, a, b) and (N, b, c) of matrices."""
        x, y = _of_rank("bmm", 3, self), _of_rank("bmm", 3, other)
        if x.shape[0] != y.shape[0]:
            raise ValueError(f"bmm expects as many matrices on either side; got {x.shape} and {tuple(y.shape)}")
        return _matmul(x, y, self._combined)

    def dot(self, other: Any) -> "Tensor":
        """Σ x·y of two vectors."""
        return _matmul(_of_rank("dot", 1, self), _of_rank("dot", 1, other), self._combined)


def _of_rank(name: str, rank: int, x: Any) -> Any:
    x = x if hasattr(x, "shape") else numbers(name, x)
    if np.ndim(x) != rank:
        kind = {1: "vectors", 2: "matrices (a, b) and (b, c)", 3: "stacks (N, a, b) and (N, b, c)"}[rank]
        raise ValueError(f"{name} expects {kind}; got the shape {tuple(np.shape(x))}: use @ for other shapes")
    return x


def _bits(function: np.ufunc, *operands: Any) -> Array:
    arrays = [numbers(f"np.{function.__name__}", operand) for operand in operands]
    if any(array.dtype.kind == "f" for array in arrays):
        raise TypeError(f"np.{function.__name__} is for truth values and whole numbers; got a tensor of fractions")
    try:
        return noted(as_array(function(*arrays)), function, *operands)
    except ValueError as error:
        raise refusal(function, arrays[0], arrays[-1], error) from None


def _matmul(x: Any, y: Any, combined: Callable[..., Any]) -> "Tensor":
    """The rule knows matrices only: a vector becomes a matrix of one row (left) or one column (right), and back."""
    x, y = (side if hasattr(side, "shape") else numbers("matmul", side) for side in (x, y))
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

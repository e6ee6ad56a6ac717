"""Functions of several tensors: joined, chosen between, summed by letters, compared. PyTorch's names."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from zerokara import rules
from zerokara.autodiff.dispatch import chosen
from zerokara.autodiff.promotion import alike, comparable, values
from zerokara.autodiff.sizes import either
from zerokara.autodiff.tensor import Tensor, apply, as_tensor


def cat(tensors: Sequence[Any], dim: int = 0, *, axis: int | None = None) -> Tensor:
    """Tensors one after another along an axis"""
    given = _several("cat", tensors)
    place = dim if axis is None else either("cat", "axis", axis, "dim", dim, 0)
    return apply(rules.concatenate, *alike(*given), axis=place)


def stack(tensors: Sequence[Any], dim: int = 0, *, axis: int | None = None) -> Tensor:
    """Tensors of one shape side by side along a new axis"""
    given = _several("stack", tensors)
    shapes = [t.shape for t in given]
    if len(set(shapes)) > 1:
        raise ValueError(f"stack expects arrays of one shape; got {shapes}")
    place = rules.one_axis("stack", dim if axis is None else axis, (*shapes[0], 1))
    return apply(rules.concatenate, *alike(*(t.expand_dims(place) for t in given)), axis=place)


def where(condition: Any, x: Any = None, y: Any = None) -> Tensor:
    """The value x where the condition holds, else y"""
    if x is None or y is None:
        raise TypeError("where expects (condition, x, y); the places alone: np.nonzero(np.asarray(condition))")
    return as_tensor(chosen(apply, condition, x, y))


def einsum(equation: str, *operands: Any) -> Tensor:
    """Σ of products, told by letters: "ij,jk->ik" is the matrix product, "bij,bjk->bik" of every matrix in a stack"""
    if not isinstance(equation, str):
        raise TypeError(f"einsum expects its equation first, such as 'ij,jk->ik'; got {type(equation).__name__}")
    given = operands[0] if len(operands) == 1 and isinstance(operands[0], tuple | list) else operands
    tensors = [as_tensor(x) for x in given]
    written = rules.written_out(equation, [t.ndim for t in tensors])
    try:
        return apply(rules.einsum, *alike(*tensors), equation=written)
    except ValueError:
        raise ValueError(
            f"einsum: axes with one letter must have one length in {equation!r}; got {[t.shape for t in tensors]}"
        ) from None


def allclose(x: Any, y: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> bool:
    """Whether |x − y| ≤ atol + rtol·|y| everywhere"""
    a, b = comparable(as_tensor(x), as_tensor(y))
    return bool(np.allclose(a, b, rtol, atol, equal_nan))


def equal(x: Any, y: Any) -> bool:
    """Whether both have one shape and the same numbers"""
    a, b = values(x), values(y)
    return a.shape == b.shape and bool(np.all(a == b))


def _several(name: str, tensors: Any) -> list[Tensor]:
    if isinstance(tensors, Tensor | np.ndarray) or not isinstance(tensors, Sequence):
        raise TypeError(
            f"{name} expects a list or tuple of tensors; got {type(tensors).__name__}: write {name}([a, b])"
        )
    if not tensors:
        raise ValueError(f"{name} expects at least one tensor")
    return [as_tensor(t) for t in tensors]

"""Reductions, in NumPy's words (axis, keepdims) or PyTorch's (dim, keepdim): see `autodiff/reductions.py`."""

from typing import Any

from zerokara.autodiff import Tensor, as_tensor
from zerokara.functional.shared import Like

Axis = int | tuple[int, ...] | None


def sum(x: Like, axis: Axis = None, keepdims: bool = False, **words: Any) -> Tensor:
    """Σ x"""
    return as_tensor(x).sum(axis, keepdims, **words)


def mean(x: Like, axis: Axis = None, keepdims: bool = False, **words: Any) -> Tensor:
    """(1/n) Σ x"""
    return as_tensor(x).mean(axis, keepdims, **words)


def var(x: Like, axis: Axis = None, keepdims: bool = False, ddof: int | None = None, **words: Any) -> Tensor:
    """(1/(n − ddof)) Σ (x − mean)²"""
    return as_tensor(x).var(axis, keepdims, ddof, **words)


def std(x: Like, axis: Axis = None, keepdims: bool = False, ddof: int | None = None, **words: Any) -> Tensor:
    """√var"""
    return as_tensor(x).std(axis, keepdims, ddof, **words)


def max(x: Like, axis: Any = None, keepdims: bool = False, **words: Any) -> Any:
    """The largest x; with dim= its places too; of two tensors the larger of each two numbers"""
    return as_tensor(x).max(axis, keepdims, **words)


def min(x: Like, axis: Any = None, keepdims: bool = False, **words: Any) -> Any:
    """The smallest x; with dim= its places too; of two tensors the smaller of each two numbers"""
    return as_tensor(x).min(axis, keepdims, **words)


def vector_norm(x: Like, p: float = 2.0, axis: Axis = None, keepdims: bool = False, **words: Any) -> Tensor:
    """(Σ |x|ᵖ)^(1/p)"""
    return as_tensor(x).norm(p, axis=axis, keepdims=keepdims, **words)


def logsumexp(x: Like, axis: Axis = None, keepdims: bool = False, **words: Any) -> Tensor:
    """ln Σ e^x, which overflows for no x"""
    return as_tensor(x).logsumexp(axis, keepdims, **words)


def cumsum(x: Like, axis: int) -> Tensor:
    """yᵢ = x₁ + … + xᵢ along an axis"""
    return as_tensor(x).cumsum(axis)


def sort(x: Like, axis: int = -1, descending: bool = False) -> Any:
    """(values, indices): the numbers in order along an axis, equal ones as they stood"""
    return as_tensor(x).sort(axis, descending)

"""Products of matrices, and the linear layer."""

from zerokara import rules
from zerokara.autodiff import Tensor, apply, as_tensor, joining
from zerokara.functional.shared import Like, fractions


def matmul(x: Like, y: Like) -> Tensor:
    """x @ y: inner products of vectors, matrix products, and batches of them."""
    return as_tensor(x).__matmul__(y)


def einsum(equation: str, *xs: Like) -> Tensor:
    """Σ of products, told by letters: "ij,jk->ik" is the matrix product"""
    return joining.einsum(equation, *xs)


def linear(x: Like, weight: Like, bias: Like | None = None) -> Tensor:
    """x·weightᵀ + bias        x (N, in), weight (out, in), bias (out,)"""
    x, weight = as_tensor(x), as_tensor(weight)
    if weight.ndim != 2 or (bias is not None and bias.shape != weight.shape[:1]):
        raise ValueError(
            "linear expects a weight (out, in) and a bias (out,); "
            f"got {weight.shape} and {None if bias is None else bias.shape}"
        )
    if x.ndim < 1 or x.shape[-1] != weight.shape[1]:
        raise ValueError(
            f"linear expects (N, {weight.shape[1]}) inputs for a weight of shape {weight.shape}; got {x.shape}"
            + (": put a Flatten before it" if x.ndim > 2 else "")
        )
    x, weight, bias = fractions(x, weight, bias)
    if x.ndim == 2:
        return apply(rules.linear, x, weight, bias)
    rows = apply(rules.linear, x.reshape(-1, x.shape[-1]), weight, bias)
    return rows.reshape(*x.shape[:-1], weight.shape[0])

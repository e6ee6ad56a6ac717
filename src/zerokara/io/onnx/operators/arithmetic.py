"""Arithmetic, element by element. Tensors are computed by `functional`, whole numbers and constants by NumPy."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from zerokara import functional as F
from zerokara.autodiff import Tensor
from zerokara.autodiff.joining import einsum as joined
from zerokara.io.onnx.operator import Call, Value, is_tensor, numbers_of, operator
from zerokara.kernels.tracing import as_array


def of_both(of_tensors: Callable[..., Any], of_arrays: Callable[..., Any]) -> Callable[..., Value]:
    """A function that is `functional`'s where a tensor is among the values, and NumPy's where none is."""

    def compute(call: Call, *values: Value) -> Value:
        return (of_tensors if is_tensor(*values) else of_arrays)(*values)

    return compute


def flat(function: Callable[..., Any]) -> Callable[..., Value]:
    """A function whose gradient is 0 wherever it has one: its value is a tensor without history."""

    def compute(*values: Value) -> Value:
        found = function(*(numbers_of(v) for v in values))
        return Tensor(as_array(found)) if is_tensor(*values) else found

    return compute


def folded(of_two: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    """A function of two as one of many: ((x₁ ∘ x₂) ∘ x₃) ∘ …"""
    return lambda *values: functools.reduce(of_two, values)


operator("Add", other="bias")(of_both(F.add, np.add))
operator("Sub", other="bias")(of_both(F.subtract, np.subtract))
operator("Mul", other="scale")(of_both(F.multiply, np.multiply))
operator("Neg")(of_both(F.negative, np.negative))
operator("Abs")(of_both(F.absolute, np.absolute))
operator("Exp")(of_both(F.exp, np.exp))
operator("Log")(of_both(F.log, np.log))
operator("Sqrt")(of_both(F.sqrt, np.sqrt))
operator("Sin")(of_both(F.sin, np.sin))
operator("Cos")(of_both(F.cos, np.cos))
operator("Sum")(of_both(folded(F.add), folded(np.add)))
operator("Max")(of_both(folded(F.maximum), folded(np.maximum)))
operator("Min")(of_both(folded(F.minimum), folded(np.minimum)))


@operator("Div", other="scale")
def div(call: Call, x: Value, y: Value) -> Value:
    """x / y; of whole numbers, rounded towards 0."""
    if is_tensor(x, y):
        return F.divide(x, y)
    if not np.issubdtype(x.dtype, np.integer):
        return np.divide(x, y)
    quotient = np.floor_divide(x, y)
    return (quotient + ((x - quotient * y != 0) & ((x < 0) != (y < 0)))).astype(x.dtype)


@operator("Mod")
def mod(call: Call, x: Value, y: Value) -> Value:
    """What is left of a division; with the sign of y, or with `fmod` that of x."""
    return flat(np.fmod if call.get("fmod", 0) else np.mod)(x, y)


@operator("Pow", settings=(1,))
def power(call: Call, x: Value, p: Value) -> Value:
    """xᵖ in the type of x."""
    if not is_tensor(x, p):
        return np.power(x, p).astype(x.dtype)
    if not is_tensor(p) and p.size == 1 and not isinstance(x, np.ndarray):
        return _small_power(x, p)
    y = F.power(x, p)
    return y if y.dtype == x.dtype else y.astype(x.dtype) if np.issubdtype(x.dtype, np.floating) else _whole(y, x)


def _small_power(x: Tensor, p: Value) -> Tensor:
    """x² is a product; else the exponent takes the type of x."""
    squared = isinstance(p, np.ndarray) and p.ndim <= x.ndim and float(p.reshape(())) == 2
    return x * x if squared else F.power(x, p.astype(x.dtype))


def _whole(y: Tensor, x: Value) -> Value:
    return y.data.astype(x.dtype)


@operator("Mean")
def mean(call: Call, *values: Value) -> Value:
    """(x₁ + … + xₙ) / n"""
    total = folded(F.add)(*values)
    return total / len(values)


@operator("Reciprocal")
def reciprocal(call: Call, x: Value) -> Value:
    """1 / x"""
    return 1 / x


@operator("Floor")
def floor(call: Call, x: Value) -> Value:
    """The next whole number below."""
    return flat(np.floor)(x)


@operator("Ceil")
def ceil(call: Call, x: Value) -> Value:
    """The next whole number above."""
    return flat(np.ceil)(x)


@operator("Round")
def round_half_even(call: Call, x: Value) -> Value:
    """The nearest whole number; of two that are equally near, the even one."""
    return flat(np.rint)(x)


@operator("Sign")
def sign(call: Call, x: Value) -> Value:
    """−1, 0 or 1"""
    return flat(np.sign)(x)


@operator("MatMul", other="weight")
def matmul(call: Call, x: Value, y: Value) -> Value:
    """x @ y"""
    return F.matmul(x, y) if is_tensor(x, y) else np.matmul(x, y)


@operator("Einsum", other="weight")
def einsum(call: Call, *xs: Value) -> Value:
    """Sums of products, told by letters; a letter that an operand has twice means its diagonal."""
    equation = str(call.get("equation", "")).replace(" ", "")
    if not is_tensor(*xs):
        return np.einsum(equation, *xs)
    left, arrow, right = equation.partition("->")
    terms = left.split(",")
    if not arrow:  # letters that occur once, in all terms together, in the order of the alphabet
        letters = left.replace(",", "").replace(".", "")
        once = sorted(letter for letter in set(letters) if letters.count(letter) == 1)
        right = ("..." if "..." in left else "") + "".join(once)
    if len(terms) != len(xs):
        raise ValueError(f"{equation!r} tells of {len(terms)} operands; got {len(xs)}")
    parts = [_diagonals(x, term) for x, term in zip(xs, terms, strict=True)]
    return joined(",".join(term for _, term in parts) + "->" + right, *(x for x, _ in parts))


def _diagonals(x: Value, term: str) -> tuple[Value, str]:
    """The operand with every letter once: of two axes with one letter, the diagonal, as the last axis."""
    while twice := next((letter for letter in term if letter != "." and term.count(letter) > 1), ""):
        behind = term.partition("...")[2] if "..." in term else term
        places = [i for i, letter in enumerate(term) if letter == twice][:2]
        a, b = (i if i < len(term) - len(behind) else i - len(term) + x.ndim for i in places)
        if x.shape[a] != x.shape[b]:
            raise ValueError(f"{term!r} takes a diagonal of axes with one length; got {x.shape}")
        x = x.transpose((*(i for i in range(x.ndim) if i not in (a, b)), a, b))
        x = x[(..., np.arange(x.shape[-1]), np.arange(x.shape[-1]))]
        term = "".join(letter for i, letter in enumerate(term) if i not in places) + twice
    return x, term


@operator("Gemm", learned={1: "weight", 2: "bias"}, other="weight")
def gemm(call: Call, a: Value, b: Value, c: Value | None = None) -> Value:
    """α·A·B + β·C, where A and B may be transposed first: a fully connected layer."""
    alpha, beta = call.get("alpha", 1.0), call.get("beta", 1.0)
    a = a.transpose((1, 0)) if call.get("transA", 0) else a
    fits = c is None or (beta == 1 and c.ndim == 1 and len(c) == b.shape[0] and is_tensor(a, b))
    if alpha == 1 and call.get("transB", 0) and fits and a.ndim == 2:
        return F.linear(a, b, c)
    y = F.matmul(a, b.transpose((1, 0)) if call.get("transB", 0) else b)
    y = y if alpha == 1 else y * alpha
    return y if c is None else y + (c if beta == 1 else F.multiply(c, beta))

"""Arithmetic and functions of single numbers."""

from zerokara import rules
from zerokara.autodiff import Tensor, apply, as_tensor
from zerokara.autodiff.dispatch import chosen
from zerokara.autodiff.promotion import combined
from zerokara.functional.shared import Like, fractional
from zerokara.rules import Rule


def add(x: Like, y: Like) -> Tensor:
    """x + y"""
    return _combined(rules.add, x, y)


def subtract(x: Like, y: Like) -> Tensor:
    """x − y"""
    return _combined(rules.subtract, x, y, bools=False)


def multiply(x: Like, y: Like) -> Tensor:
    """x · y"""
    return _combined(rules.multiply, x, y)


def divide(x: Like, y: Like) -> Tensor:
    """x / y"""
    return _combined(rules.divide, x, y, fractions=True)


def negative(x: Like) -> Tensor:
    """−x"""
    return as_tensor(x).__neg__()


def power(x: Like, p: Like) -> Tensor:
    """xᵖ"""
    raised: Tensor = as_tensor(x) ** p
    return raised


def exp(x: Like) -> Tensor:
    """eˣ"""
    return apply(rules.exp, fractional(x))


def log(x: Like) -> Tensor:
    """ln x"""
    return apply(rules.log, fractional(x))


def logaddexp(x: Like, y: Like) -> Tensor:
    """ln(eˣ + eʸ), never overflowing"""
    return _combined(rules.logaddexp, x, y, fractions=True)


def sqrt(x: Like) -> Tensor:
    """√x"""
    return apply(rules.sqrt, fractional(x))


def sin(x: Like) -> Tensor:
    """sin x"""
    return apply(rules.sin, fractional(x))


def cos(x: Like) -> Tensor:
    """cos x"""
    return apply(rules.cos, fractional(x))


def erf(x: Like) -> Tensor:
    """The error function"""
    return apply(rules.erf, fractional(x))


def ndtr(x: Like) -> Tensor:
    """Φ(x), the normal distribution"""
    return apply(rules.ndtr, fractional(x))


def absolute(x: Like) -> Tensor:
    """|x|"""
    return apply(rules.absolute, x)


def maximum(x: Like, y: Like) -> Tensor:
    """The larger of x and y"""
    return _combined(rules.maximum, x, y)


def minimum(x: Like, y: Like) -> Tensor:
    """The smaller of x and y"""
    return _combined(rules.minimum, x, y)


def clip(x: Like, low: Like | None = None, high: Like | None = None) -> Tensor:
    """min(max(x, low), high)"""
    return as_tensor(x).clip(low, high)


def where(condition: Like, x: Like, y: Like) -> Tensor:
    """The value x where the condition holds, else y"""
    return as_tensor(chosen(apply, condition, x, y))


def _combined(rule: Rule, x: Like, y: Like, **ways: bool) -> Tensor:
    """A rule of two operands of any types and shapes that fit together."""
    return as_tensor(combined(apply, rule, x, y, **ways))

"""Arithmetic, element by element."""

from typing import Any

import numpy as np

from zerokara import kernels
from zerokara.arrays import Array
from zerokara.rules.rule import Ruled, at_zero, detached, nothing


def add(x: Array, y: Array) -> Ruled:
    """x + y        ∂L/∂x = g, ∂L/∂y = g"""
    return kernels.add(x, y), (lambda g: g, lambda g: g)


def subtract(x: Array, y: Array) -> Ruled:
    """x − y        ∂L/∂x = g, ∂L/∂y = −g"""
    return x - y, (lambda g: g, lambda g: -g)


def multiply(x: Array, y: Array) -> Ruled:
    """x · y        ∂L/∂x = g·y, ∂L/∂y = g·x"""
    return x * y, (lambda g: g * y, lambda g: g * x)


def divide(x: Array, y: Array) -> Ruled:
    """x / y        ∂L/∂x = g/y, ∂L/∂y = −g·x/y²"""
    return x / y, (lambda g: g / y, lambda g: -g * (x / y) / y)


def negative(x: Array) -> Ruled:
    """−x        ∂L/∂x = −g"""
    return -x, (lambda g: -g,)


def power(x: Array, p: Array) -> Ruled:
    """xᵖ        ∂L/∂x = g·p·xᵖ⁻¹, ∂L/∂p = g·xᵖ·ln x

    At x = 0 the power 0 counts as the constant 1, so both are 0 there; xᵖ·ln x is its limit 0 wherever xᵖ = 0.
    """
    y = x**p

    def flat() -> Any:  # less than 1/the largest number counts as 0: x⁻¹ would be ∞
        return (p == 0) & (np.absolute(detached(x)) < np.finfo(x.dtype).tiny)

    def pull_p(g: Any) -> Any:
        vanishes = flat() | (y == 0)
        return np.where(vanishes, 0, g * y * np.log(np.where(vanishes, 1, x)))

    return y, (lambda g: at_zero(g, x, lambda: g * p * x ** np.where(flat(), 1, p - 1)), pull_p)


def scalar_power(x: Array, *, p: float) -> Ruled:
    """xᵖ for a plain number p        ∂L/∂x = g·p·xᵖ⁻¹, 0 where p = 0"""
    if p == 0:
        return x**p, (nothing,)
    if p == 2:
        return x * x, (lambda g: g * 2 * x,)
    if p < 1:
        return x**p, (lambda g: at_zero(g, x, lambda: g * p * x ** (p - 1)),)
    return x**p, (lambda g: g * p * x ** (p - 1),)


def exp(x: Array) -> Ruled:
    """eˣ        ∂L/∂x = g·eˣ"""
    y = np.exp(x)
    return y, (lambda g: g * y,)


def log(x: Array) -> Ruled:
    """ln x        ∂L/∂x = g/x"""
    return np.log(x), (lambda g: at_zero(g, x, lambda: g / x),)


def logaddexp(x: Array, y: Array) -> Ruled:
    """ln(eˣ + eʸ), never overflowing        ∂L/∂x = g·σ(x − y), ∂L/∂y = g·σ(y − x)

    σ(x − y) = eˣ/(eˣ + eʸ). Of two equal infinities each gets half, as any two equal numbers do.
    """

    def share(a: Any, b: Any) -> Any:
        with np.errstate(invalid="ignore"):
            return kernels.sigmoid(np.where((a == b) & np.isinf(a), 0, a - b))

    return np.logaddexp(x, y), (lambda g: g * share(x, y), lambda g: g * share(y, x))


def sqrt(x: Array) -> Ruled:
    """√x        ∂L/∂x = g / (2√x)"""
    y = np.sqrt(x)
    return y, (lambda g: at_zero(g, x, lambda: g / (2 * y)),)


def sin(x: Array) -> Ruled:
    """sin x        ∂L/∂x = g·cos x"""
    return np.sin(x), (lambda g: g * np.cos(x),)


def cos(x: Array) -> Ruled:
    """cos x        ∂L/∂x = −g·sin x"""
    return np.cos(x), (lambda g: -g * np.sin(x),)


def absolute(x: Array) -> Ruled:
    """|x|        ∂L/∂x = g where x > 0, −g where x < 0, 0 at 0"""
    return np.absolute(x), (lambda g: np.where(x < 0, -g, np.where(x == 0, 0, g)),)


def maximum(x: Array, y: Array) -> Ruled:
    """max(x, y)        g goes to the larger one, half to each where they are equal"""
    return np.maximum(x, y), (lambda g: _shared(g, x < y, x == y), lambda g: _shared(g, y < x, x == y))


def minimum(x: Array, y: Array) -> Ruled:
    """min(x, y)        g goes to the smaller one, half to each where they are equal"""
    return np.minimum(x, y), (lambda g: _shared(g, x > y, x == y), lambda g: _shared(g, y > x, x == y))


def _shared(g: Any, loses: Array, ties: Array) -> Any:
    """0 where it loses, half where it ties, else g: chosen, not multiplied, since g may be infinite."""
    return np.where(loses, 0, np.where(ties, 0.5 * g, g))


def clip(x: Array, *, low: float | None, high: float | None) -> Ruled:
    """min(max(x, low), high)        ∂L/∂x = g where low ≤ x ≤ high, else 0"""
    if low is None and high is None:
        return x, (lambda g: g,)

    def pull(g: Any) -> Any:
        outside = x > high if low is None else x < low if high is None else (x < low) | (x > high)
        return np.where(outside, 0, g)

    return np.clip(x, low, high), (pull,)


def where(x: Array, y: Array, *, condition: Array) -> Ruled:
    """The value x where the condition holds, else y        ∂L/∂x = g where it holds, ∂L/∂y = g where it does not"""
    return np.where(condition, x, y), (lambda g: np.where(condition, g, 0), lambda g: np.where(condition, 0, g))


def cast(x: Array, *, dtype: "np.dtype[Any]") -> Ruled:
    """The same numbers in another dtype        ∂L/∂x = g (in the dtype of x, which the engine sees to)"""
    return x.astype(dtype), (lambda g: g,)

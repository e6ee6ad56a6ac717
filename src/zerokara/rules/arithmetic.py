"""Arithmetic, element by element."""

from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.rules.rule import Ruled


def add(x: Array, y: Array) -> Ruled:
    """x + y        ∂L/∂x = g, ∂L/∂y = g"""
    return x + y, (lambda g: g, lambda g: g)


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
    """xᵖ        ∂L/∂x = g·p·xᵖ⁻¹ (0 where p = 0), ∂L/∂p = g·xᵖ·ln x (0 where x = 0)"""
    y = x**p
    return y, (
        lambda g: g * p * x ** np.where(p == 0, 1, p - 1),
        lambda g: g * y * np.log(np.where(x == 0, 1, x)),
    )


def exp(x: Array) -> Ruled:
    """eˣ        ∂L/∂x = g·eˣ"""
    y = np.exp(x)
    return y, (lambda g: g * y,)


def log(x: Array) -> Ruled:
    """ln x        ∂L/∂x = g/x"""
    return np.log(x), (lambda g: g / x,)


def logaddexp(x: Array, y: Array) -> Ruled:
    """ln(eˣ + eʸ), never overflowing        ∂L/∂x = g·eˣ/(eˣ+eʸ), ∂L/∂y = g·eʸ/(eˣ+eʸ)"""
    z = np.logaddexp(x, y)
    return z, (lambda g: g * np.exp(x - z), lambda g: g * np.exp(y - z))


def sqrt(x: Array) -> Ruled:
    """√x        ∂L/∂x = g / (2√x)"""
    y = np.sqrt(x)
    return y, (lambda g: g / (2 * y),)


def sin(x: Array) -> Ruled:
    """sin x        ∂L/∂x = g·cos x"""
    return np.sin(x), (lambda g: g * np.cos(x),)


def cos(x: Array) -> Ruled:
    """cos x        ∂L/∂x = −g·sin x"""
    return np.cos(x), (lambda g: -g * np.sin(x),)


def absolute(x: Array) -> Ruled:
    """|x|        ∂L/∂x = g·sign(x), 0 at 0"""
    return np.absolute(x), (lambda g: g * np.sign(x),)


def maximum(x: Array, y: Array) -> Ruled:
    """max(x, y)        g goes to the larger one, half to each where they are equal"""
    return np.maximum(x, y), (
        lambda g: g * _share(x > y, x == y, g),
        lambda g: g * _share(y > x, x == y, g),
    )


def minimum(x: Array, y: Array) -> Ruled:
    """min(x, y)        g goes to the smaller one, half to each where they are equal"""
    return np.minimum(x, y), (
        lambda g: g * _share(x < y, x == y, g),
        lambda g: g * _share(y < x, x == y, g),
    )


def _share(wins: Array, ties: Array, g: Array) -> Array:
    """1 where it wins, ½ where it ties, 0 elsewhere, in g's dtype (a float32 stays a float32)."""
    return (wins + 0.5 * ties).astype(g.dtype)


def clip(x: Array, *, low: float | None, high: float | None) -> Ruled:
    """min(max(x, low), high)        ∂L/∂x = g where low ≤ x ≤ high, else 0"""
    below = -np.inf if low is None else low
    above = np.inf if high is None else high
    return np.clip(x, below, above), (lambda g: g * ((x >= below) & (x <= above)),)


def where(x: Array, y: Array, *, condition: Array) -> Ruled:
    """The value x where the condition holds, else y        ∂L/∂x = g where it holds, ∂L/∂y = g where it does not"""
    return np.where(condition, x, y), (lambda g: g * condition, lambda g: g * ~condition)


def cast(x: Array, *, dtype: "np.dtype[Any]") -> Ruled:
    """The same numbers in another dtype        ∂L/∂x = g (in the dtype of x, which the engine sees to)"""
    return x.astype(dtype), (lambda g: g,)

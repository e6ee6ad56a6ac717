"""Curves of float32 numbers made of the exponential function: itself, sigmoid, and the logarithm of a sum of them.

They are computed in float64, whole vectors at a time, so that each result is the float32 next to the exact number (or
the one beside it). For float64 the reference serves.
"""

from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.kernels.compiled import definition as reference
from zerokara.kernels.compiled import threads
from zerokara.kernels.compiled.build import inner, kernel
from zerokara.kernels.compiled.definition import NotNativeError
from zerokara.kernels.compiled.layout import flat_like, flat_pair
from zerokara.kernels.compiled.pointwise import through

_SINGLE = np.dtype(np.float32)


def sigmoid(x: Array) -> Array:
    """y = 1 / (1 + e⁻ˣ). The result lies in memory as x does."""
    if type(x) is not np.ndarray or x.dtype != _SINGLE:
        return reference.sigmoid(x)
    return through(_sigmoid, x, 10)


def logaddexp(a: Array | float, b: Array | float) -> Array:
    """ln(eᵃ + eᵇ) for an array and a number, or two arrays of one shape."""
    x: Any
    other: Any
    x, other = (a, b) if isinstance(a, np.ndarray) and a.ndim else (b, a)
    single = isinstance(other, int | float)
    fits = isinstance(x, np.ndarray) and x.ndim > 0 and x.dtype == _SINGLE
    if not fits or not (single or (isinstance(other, np.ndarray) and (other.shape, other.dtype) == (x.shape, _SINGLE))):
        if threads.recording():
            raise NotNativeError("logaddexp")
        result: Array = np.logaddexp(a, b)
        return result
    memory, y, target = flat_pair(x)
    second = memory[:0] if single else flat_like(other, x)
    number = float(np.float32(other)) if single else 0.0
    ranges = threads.parts(x.size, 20.0 * x.size)
    threads.share(_logaddexp.on(_SINGLE), [(memory, second, number, target, *r) for r in ranges])
    return y


def exp(x: Array) -> Array:
    """eˣ. The result lies in memory as x does."""
    if type(x) is not np.ndarray or x.dtype != _SINGLE:
        if threads.recording():
            raise NotNativeError("exp")
        result: Array = np.exp(x)
        return result
    return through(_exponential, x, 10)


@inner
def _exp(x):  # type: ignore[no-untyped-def]
    """eˣ = 2ⁿ·eʳ of a float64, to 10 digits; beyond ±700 it is e^±700, which no float32 tells from 0 or ∞."""
    limited = -700.0 if x < -700.0 else 700.0 if x > 700.0 else x
    n = np.floor(limited * 1.4426950408889634 + 0.5)
    r = (limited - n * 0.6931471803691238) - n * 1.9082149292705877e-10
    p = 1.0 / 40320.0
    p = p * r + 1.0 / 5040.0
    p = p * r + 1.0 / 720.0
    p = p * r + 1.0 / 120.0
    p = p * r + 1.0 / 24.0
    p = p * r + 1.0 / 6.0
    p = p * r + 0.5
    p = p * r + 1.0
    p = p * r + 1.0
    whole = np.int64(n if n == n else 0.0)
    return p * np.int64((whole + np.int64(1023)) << np.int64(52)).view(np.float64)


@kernel("void(T[::1], T[::1], i8, i8)", writes=("y",))
def _exponential(x, y, start, stop):  # type: ignore[no-untyped-def]
    """y = eˣ for the numbers start…stop−1."""
    x, y = x[start:stop], y[start:stop]
    for k in range(x.size):
        y[k] = np.float32(_exp(np.float64(x[k])))


@kernel("void(T[::1], T[::1], i8, i8)", writes=("y",))
def _sigmoid(x, y, start, stop):  # type: ignore[no-untyped-def]
    """y = 1 / (1 + e⁻ˣ) for the numbers start…stop−1."""
    x, y = x[start:stop], y[start:stop]
    for k in range(x.size):
        number = np.float64(x[k])
        z = _exp(-abs(number))
        y[k] = (1.0 if number >= 0.0 else z) / (1.0 + z)


@kernel("void(T[::1], T[::1], f8, T[::1], i8, i8)", writes=("y",))
def _logaddexp(a, b, number, y, start, stop):  # type: ignore[no-untyped-def]
    """y = ln(eᵃ + eᵇ) for the numbers start…stop−1; b is `number` if it is empty.

    = max(a, b) + ln(1 + u) with u = e^(−|a − b|), and ln(1 + u) = 2·artanh(s), s = u/(2 + u) ≤ ⅓.
    """
    for k in range(start, stop):
        first, second = np.float64(a[k]), (np.float64(b[k]) if b.size > 0 else number)
        apart = 0.0 if first == second else -abs(first - second)
        u = _exp(apart)
        s = u / (2.0 + u)
        q = s * s
        p = 1.0 / 17.0
        p = p * q + 1.0 / 15.0
        p = p * q + 1.0 / 13.0
        p = p * q + 1.0 / 11.0
        p = p * q + 1.0 / 9.0
        p = p * q + 1.0 / 7.0
        p = p * q + 1.0 / 5.0
        p = p * q + 1.0 / 3.0
        p = p * q + 1.0
        y[k] = (first if first > second else second) + 2.0 * s * p

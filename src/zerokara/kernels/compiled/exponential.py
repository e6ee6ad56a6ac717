"""The exponential function, a logarithm and tanh, as a loop over float32 can do them for a whole vector at a time."""

from typing import Any

import numpy as np
from numba import types
from numba.extending import overload

# a·b + c may be rounded once instead of twice ("contract"): n times the first part of ln 2 is exact either way, and the
# series gains by it. Reordering would undo the reduction, which is exact only in the order in which it is written.
_SETTINGS: Any = {"fastmath": {"contract"}, "error_model": "numpy"}


def exp(x: Any) -> Any:
    """eˣ, for kernels. For float32 within 2 units in the last place; below −87 it is 0."""
    return np.exp(x)


@overload(exp, jit_options=_SETTINGS)
def _exp(x):  # type: ignore[no-untyped-def]
    return _exp_float32 if x == types.float32 else np_exp


def np_exp(x):  # type: ignore[no-untyped-def]
    """The C library's function, number by number."""
    return np.exp(x)


def _exp_float32(x):  # type: ignore[no-untyped-def]
    """eˣ = 2ⁿ·eʳ with n = round(x / ln 2) and |r| ≤ ½ ln 2, where the series up to r⁷ is enough.

    ln 2 is taken away in two parts; n times the first one, which has few digits, is exact. 2ⁿ is made from its bits.
    """
    limited = np.float32(-87.0) if x < np.float32(-87.0) else np.float32(88.0) if x > np.float32(88.0) else x
    n = np.floor(limited * np.float32(1.44269504) + np.float32(0.5))
    r = limited - n * np.float32(0.693359375)
    r = r - n * np.float32(-2.12194440e-4)
    p = np.float32(1.0 / 5040.0)
    p = p * r + np.float32(1.0 / 720.0)
    p = p * r + np.float32(1.0 / 120.0)
    p = p * r + np.float32(1.0 / 24.0)
    p = p * r + np.float32(1.0 / 6.0)
    p = p * r + np.float32(0.5)
    p = p * r + np.float32(1.0)
    p = p * r + np.float32(1.0)
    whole = np.int32(n if n == n else np.float32(0.0))
    power = np.int32((whole + np.int32(127)) << np.int32(23)).view(np.float32)
    y = p * power
    y = np.float32(0.0) if x < np.float32(-87.0) else y
    return np.float32(np.inf) if x > np.float32(88.0) else y


def log_of_one_more(u: Any) -> Any:
    """ln(1 + u) for 0 ≤ u ≤ 1, for kernels. For float32 within a few units in the last place, of small u too."""
    return np.log1p(u)


@overload(log_of_one_more, jit_options=_SETTINGS)
def _log_of_one_more(u):  # type: ignore[no-untyped-def]
    return _log_of_one_more_float32 if u == types.float32 else np_log1p


def np_log1p(u):  # type: ignore[no-untyped-def]
    """The C library's function, number by number."""
    return np.log1p(u)


def _log_of_one_more_float32(u):  # type: ignore[no-untyped-def]
    """2·artanh(s) with s = u/(2 + u) ≤ ⅓, where the series up to s¹⁵ is enough."""
    s = u / (np.float32(2.0) + u)
    q = s * s
    p = np.float32(1.0 / 15.0)
    p = p * q + np.float32(1.0 / 13.0)
    p = p * q + np.float32(1.0 / 11.0)
    p = p * q + np.float32(1.0 / 9.0)
    p = p * q + np.float32(1.0 / 7.0)
    p = p * q + np.float32(1.0 / 5.0)
    p = p * q + np.float32(1.0 / 3.0)
    p = p * q + np.float32(1.0)
    return np.float32(2.0) * s * p


def tanh(x: Any) -> Any:
    """tanh x, for kernels. For float32 within a few units in the last place."""
    return np.tanh(x)


@overload(tanh, jit_options=_SETTINGS)
def _tanh(x):  # type: ignore[no-untyped-def]
    return _tanh_float32 if x == types.float32 else np_tanh


def np_tanh(x):  # type: ignore[no-untyped-def]
    """The C library's function, number by number."""
    return np.tanh(x)


def _tanh_float32(x):  # type: ignore[no-untyped-def]
    """±(1 − 2/(e^(2|x|) + 1)); below 0.625, where that would lose digits, x + x³·P(x²) with Cephes' coefficients."""
    size = abs(x)
    z = x * x
    p = np.float32(-5.70498872745e-3)
    p = p * z + np.float32(2.06390887954e-2)
    p = p * z + np.float32(-5.37397155531e-2)
    p = p * z + np.float32(1.33314422036e-1)
    p = p * z + np.float32(-3.33332819422e-1)
    near = p * z * x + x
    far = np.float32(1.0) - np.float32(2.0) / (exp(np.float32(2.0) * size) + np.float32(1.0))
    far = -far if x < np.float32(0.0) else far
    return near if size < np.float32(0.625) else far

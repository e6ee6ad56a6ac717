"""`F` and `np` for plain arrays: what an expression is worth, written in NumPy, in any precision.

The formulas are written anew, from the docstrings of `zerokara.functional`.
"""

from types import SimpleNamespace
from typing import Any

import numpy as np
from scipy.special import erf as _erf


def erf(x: Any) -> Any:
    """SciPy's; 80-bit numbers are looked up as 64-bit ones."""
    x = _floating(x)
    return np.asarray(_erf(x.astype(np.float64)) if x.dtype == np.longdouble else _erf(x), x.dtype)


def _floating(x: Any) -> Any:
    x = np.asarray(x)
    return x if x.dtype.kind == "f" else x.astype(np.float64)


def _softplus(x: Any, beta: float = 1.0, threshold: float = 20.0) -> Any:
    x = _floating(x)
    return np.where(beta * x > threshold, x, np.logaddexp(np.zeros_like(x), beta * x) / x.dtype.type(beta))


def _sigmoid(x: Any) -> Any:
    x = _floating(x)
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e))


def _log_softmax(x: Any, axis: int = -1) -> Any:
    x = _floating(x)
    d = x - x.max(axis=axis, keepdims=True)
    return d - np.log(np.exp(d).sum(axis=axis, keepdims=True))


def _layer_norm(x: Any, shape: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Any:
    x = _floating(x)
    axes = tuple(range(x.ndim - len(shape), x.ndim))
    d = x - x.mean(axis=axes, keepdims=True)
    return d / np.sqrt((d * d).mean(axis=axes, keepdims=True) + x.dtype.type(eps))


def _group_norm(x: Any, groups: int) -> Any:
    if x.ndim < 2 or groups < 1 or x.shape[1] % groups:
        raise ValueError(f"{x.shape} has no {groups} groups of channels")
    parted = np.reshape(x, (len(x), groups, x.shape[1] // groups, *x.shape[2:]))
    return np.reshape(_layer_norm(parted, parted.shape[2:]), x.shape)


def _interpolate(x: Any, size: int | None = None, scale_factor: int = 1) -> Any:
    """Of rows and images, pixels repeated a whole number of times."""
    if x.ndim not in (3, 4) or 0 in x.shape[2:]:
        raise ValueError(f"{x.shape} has no pixels")
    for axis in range(2, x.ndim):
        x = np.repeat(x, scale_factor if size is None else size // x.shape[axis], axis)
        if size is not None and x.shape[axis] != size:
            raise ValueError(f"{x.shape} cannot be repeated to {size}")
    return x


def _weighted(x: Any, share: Any) -> Any:
    """x times its share; of −∞, whose share is 0, the limit."""
    return np.where(x == -np.inf, -np.zeros_like(x), x * share)


def _gelu(x: Any, approximate: str = "none") -> Any:
    x = _floating(x)
    root = x.dtype.type(np.sqrt(2))
    if approximate == "tanh":
        return _weighted(x, _sigmoid(2 * root / np.sqrt(x.dtype.type(np.pi)) * (x + x.dtype.type(0.044715) * x**3)))
    return _weighted(x, (1 + erf(x / root)) / 2)


def _flatten(x: Any, start_axis: int = 1) -> Any:
    if not -max(x.ndim, 1) <= start_axis < max(x.ndim, 1):
        raise IndexError(f"no axis {start_axis}")
    start = start_axis % max(x.ndim, 1)
    return np.reshape(x, (*x.shape[:start], int(np.prod(x.shape[start:]))))


def _bce(s: Any, t: Any, reduction: str = "mean") -> Any:
    """s·(1 − t) + ln(1 + e⁻ˢ) where s > 0, else −s·t + ln(1 + eˢ); a share of nothing costs nothing, even at ∞."""
    wrong = np.where(s > 0, 1 - t, t)
    losses = np.where(wrong == 0, 0, np.abs(s) * wrong) + np.log1p(np.exp(-np.abs(s)))
    return losses if reduction == "none" else getattr(losses, reduction)()


def _power(x: Any, p: Any) -> Any:
    return np.power(_floating(x), p)


def _over(name: str) -> Any:
    return lambda x: getattr(np, name)(_floating(x))


def _leaky_relu(x: Any, negative_slope: float = 0.01) -> Any:
    return np.where(x > 0, x, x * (x.dtype.type(negative_slope) if x.dtype.kind == "f" else negative_slope))


def _mse(y: Any, t: Any, reduction: str = "mean") -> Any:
    losses = (_floating(y) - _floating(t)) ** 2
    return losses if reduction == "none" else getattr(losses, reduction)()


F = SimpleNamespace(
    **{name: _over(name) for name in ("exp", "log", "sqrt", "sin", "cos", "tanh")},
    **{name: getattr(np, name) for name in ("add", "subtract", "multiply", "divide", "matmul", "maximum", "minimum")},
    **{name: getattr(np, name) for name in ("logaddexp", "negative", "absolute", "where", "sum", "mean", "max")},
    **{name: getattr(np, name) for name in ("reshape", "transpose", "broadcast_to", "stack", "concatenate")},
    power=_power,
    erf=erf,
    clip=lambda x, low=None, high=None: np.clip(x, low, high),
    flatten=_flatten,
    getitem=lambda x, index: x[index],
    step=lambda x: (x > 0).astype(x.dtype),
    sigmoid=_sigmoid,
    relu=lambda x: np.maximum(x, np.zeros((), x.dtype)),
    leaky_relu=_leaky_relu,
    gelu=_gelu,
    silu=lambda x: _weighted(_floating(x), _sigmoid(x)),
    softplus=_softplus,
    softmax=lambda x, axis=-1: np.exp(_log_softmax(x, axis)),
    log_softmax=_log_softmax,
    logsumexp=lambda x, axis: np.logaddexp.reduce(_floating(x), axis=axis),
    layer_norm=_layer_norm,
    group_norm=_group_norm,
    interpolate=_interpolate,
    mse_loss=_mse,
    squared_error=lambda y, t: _mse(y, t, "sum") / 2,
    binary_cross_entropy_with_logits=_bce,
    linear=lambda x, w, b=None: x @ w.T + (0 if b is None else b),
)  # fmt: skip

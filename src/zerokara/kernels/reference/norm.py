"""Batch, layer and group normalisation. Variances are the biased ones (divided by the count, not by count − 1)."""

import math
from typing import Any

import numpy as np

from zerokara.arrays import Array


def batch_statistics(x: Array) -> tuple[Array, Array]:
    """Mean and biased variance of every channel, over all axes but the second.

    μ_c = mean x[:, c],  σ²_c = mean (x[:, c] − μ_c)²

    Shapes: x (N, C) or (N, C, H, W)  →  (C,), (C,). Sums run in float64. An empty batch gives zeros. Both are taken of
    the differences from one number of the channel, which moves the mean by as much and leaves the variance as it is:
    so the mean of equal numbers is that number, and their variance 0.
    """
    if x.size == 0:
        return np.zeros(x.shape[1], x.dtype), np.zeros(x.shape[1], x.dtype)
    axes = _batch_axes(x)
    first = x[(slice(1), slice(None), *(slice(1) for _ in axes[1:]))].astype(np.float64)
    first = np.where(np.isfinite(first), first, 0)
    apart = x - first
    mean = apart.mean(axes, keepdims=True)
    variance = np.square(apart - mean).mean(axes)
    return (first + mean).reshape(-1).astype(x.dtype), variance.astype(x.dtype)


def count_up(counter: Array) -> None:
    """counter ← counter + 1, in place: one more batch that the running statistics have seen."""
    counter += 1


def update_running(running: Array, new: Array, momentum: float, factor: float) -> None:
    """running ← (1 − momentum)·running + momentum·factor·new, in place.

    Written as running + momentum·(factor·new − running) it would lose the digits of a small `new` in the difference.
    """
    running[...] = (1 - momentum) * running.astype(np.float64) + momentum * factor * new.astype(np.float64)


def batch_norm(x: Array, mean: Array, variance: Array, weight: Array | None, bias: Array | None, eps: float) -> Array:
    """y = weight · x̂ + bias  with  x̂ = (x − mean) / √(variance + ε)    (Ioffe and Szegedy, 2015).

    Shapes: x (N, C) or (N, C, H, W); mean, variance, weight, bias (C,).
    """
    scale = 1 / np.sqrt(variance + x.dtype.type(eps))
    y = (x - _per_channel(mean, x)) * _per_channel(scale, x)
    if weight is not None:
        y = y * _per_channel(weight, x)
    return y if bias is None else y + _per_channel(bias, x)


def batch_norm_grads(
    g: Array, x: Array, mean: Array, variance: Array, weight: Array | None, eps: float
) -> tuple[Array, Array, Array]:
    """Gradients (dx, dweight, dbias) when mean and variance are those of `x` itself.

    dbias = Σ g,   dweight = Σ g·x̂      (per channel)
    dx = weight / √(variance + ε) · (g − mean g − x̂ · mean(g·x̂))

    The last two terms are there because μ and σ² move with every x.
    """
    count = max(x.size // max(x.shape[1], 1), 1)
    axes = _batch_axes(x)
    scale = 1 / np.sqrt(variance + x.dtype.type(eps))
    normal = (x - _per_channel(mean, x)) * _per_channel(scale, x)
    dbias = g.sum(axes, dtype=np.float64).astype(x.dtype)
    dweight = (g * normal).sum(axes, dtype=np.float64).astype(x.dtype)
    if weight is not None:
        scale = scale * weight
    one = x.dtype.type(1 / count)
    dx = _per_channel(scale, x) * (g - _per_channel(dbias * one, x) - normal * _per_channel(dweight * one, x))
    return dx, dweight, dbias


def layer_norm(x: Array, weight: Array | None, bias: Array | None, axes_count: int, eps: float) -> Array:
    """y = weight · x̂ + bias, where x̂ normalises over the last `axes_count` axes of each sample (Ba et al., 2016)."""
    y = _normalised(x, axes_count, eps)[0]
    if weight is not None:
        y = y * weight
    return y if bias is None else y + bias


def layer_norm_grads(
    g: Array, x: Array, weight: Array | None, axes_count: int, eps: float
) -> tuple[Array, Array, Array]:
    """Gradients (dx, dweight, dbias) of `layer_norm`.

    dbias = Σ g,  dweight = Σ g·x̂  over the leading axes; with h = g·weight and means over the last axes:
    dx = (h − mean h − x̂ · mean(h·x̂)) / √(σ² + ε)
    """
    normal, scale = _normalised(x, axes_count, eps)
    leading = tuple(range(x.ndim - axes_count))
    last = tuple(range(x.ndim - axes_count, x.ndim))
    h = g if weight is None else g * weight
    dx = scale * (h - h.mean(last, keepdims=True) - normal * (h * normal).mean(last, keepdims=True))
    return dx, (g * normal).sum(leading), g.sum(leading)


def group_norm(x: Array, weight: Array | None, bias: Array | None, groups: int, eps: float) -> Array:
    """y = weight · x̂ + bias; x̂ normalises over the pixels of a group of channels of a sample (Wu and He, 2018)."""
    y = _normalised(_grouped(x, groups), 1, eps)[0].reshape(x.shape)
    y = y if weight is None else y * weight.reshape(_spread(x))
    return y if bias is None else y + bias.reshape(_spread(x))


def group_norm_grads(g: Array, x: Array, weight: Array | None, groups: int, eps: float) -> tuple[Array, Array, Array]:
    """Gradients (dx, dweight, dbias) of `group_norm`.

    dbias = Σ g,  dweight = Σ g·x̂  of a channel; with h = g·weight and means over a group of a sample:
    dx = (h − mean h − x̂ · mean(h·x̂)) / √(σ² + ε)
    """
    normal, scale = _normalised(_grouped(x, groups), 1, eps)
    h = (g if weight is None else g * weight.reshape(_spread(x))).reshape(normal.shape)
    dx = scale * (h - h.mean(-1, keepdims=True) - normal * (h * normal).mean(-1, keepdims=True))
    axes = _batch_axes(x)
    return dx.reshape(x.shape), (g * normal.reshape(x.shape)).sum(axes), g.sum(axes)


def _normalised(x: Array, axes_count: int, eps: float) -> tuple[Array, Array]:
    """(x̂, 1/√(σ² + ε)) over the last axes.

    x − μ is taken of the differences from the first number of each sample: so it is exactly 0 where all numbers are
    equal, and a large offset that they share costs no digits.
    """
    last = tuple(range(x.ndim - axes_count, x.ndim))
    first: tuple[Any, ...] = (..., *(slice(1) for _ in last))
    apart = x - x[first]
    centred = apart - apart.mean(last, keepdims=True)
    scale = 1 / np.sqrt((centred * centred).mean(last, keepdims=True) + x.dtype.type(eps))
    return centred * scale, scale


def _batch_axes(x: Array) -> tuple[int, ...]:
    """Every axis but the channels'."""
    return (0, *range(2, x.ndim))


def _grouped(x: Array, groups: int) -> Array:
    """(N, C, …) → (N, groups, the numbers of a group)."""
    return x.reshape(x.shape[0], groups, math.prod(x.shape[1:]) // groups)


def _spread(x: Array) -> tuple[int, ...]:
    """The shape in which a number a channel is broadcast against x."""
    return 1, -1, *(1,) * (x.ndim - 2)


def _per_channel(values: Array, x: Array) -> Array:
    """(C,) → (1, C, 1, 1), in x's own type, ready to be broadcast against x."""
    return values.astype(x.dtype, copy=False).reshape(_spread(x))

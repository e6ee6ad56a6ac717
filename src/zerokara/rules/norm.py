"""Normalisation: mean 0 and spread 1, then a scale γ and a shift β that are learned."""

from collections.abc import Callable
from typing import Any

import numpy as np

from zerokara import kernels
from zerokara.arrays import Array
from zerokara.rules.rule import Ruled, once


def batch_norm(
    x: Array,
    weight: Array | None = None,
    bias: Array | None = None,
    *,
    mean: Array,
    variance: Array,
    eps: float,
    means: Callable[[Any], Any] | None = None,
) -> Ruled:
    """Batch normalisation while learning: `mean` and `variance` are those of x itself, over the batch.

    x̂ = (x − μ) / √(σ² + ε),   y = γ·x̂ + β
    ∂L/∂β = Σ g,   ∂L/∂γ = Σ g·x̂
    ∂L/∂x = γ/√(σ² + ε) · (g − (∂L/∂β + x̂·∂L/∂γ) / m)        m numbers a channel: μ and σ² depend on x too

    Shapes: x (N, C) or (N, C, H, W); γ = weight, β = bias, μ, σ² (C,). The caller computes the statistics once,
    since the layer also needs them for its running values. Ioffe and Szegedy, 2015 (arXiv 1502.03167); book §6.3.

    Where x is only a share of the batch, mean and variance are the batch's, and `means` makes of the sums over the
    share, (∂L/∂β, ∂L/∂γ) as (2, C), the means over the batch that stand in ∂L/∂x.
    """
    grads = once(lambda g: kernels.batch_norm_grads(g, x, mean, variance, weight, eps))
    if means is not None:
        grads = once(lambda g: _of_shares(g, x, mean, variance, weight, eps, means))
    return kernels.batch_norm(x, mean, variance, weight, bias, eps), (
        lambda g: grads(g)[0],
        lambda g: grads(g)[1],
        lambda g: grads(g)[2],
    )


def _of_shares(
    g: Any, x: Any, mean: Any, variance: Any, weight: Any, eps: float, means: Callable[[Any], Any]
) -> tuple[Any, Any, Any]:
    """The gradients of a batch norm whose batch is shared."""
    _, dweight, dbias = kernels.batch_norm_grads(g, x, mean, variance, weight, eps)
    spread = (1, -1) + (1,) * (x.ndim - 2)
    inverse = (1 / np.sqrt(variance + eps)).astype(x.dtype)
    slopes = means(np.stack([dbias, dweight]))
    middle, lean = slopes[0].reshape(spread), (slopes[1] * inverse).reshape(spread)
    scale = (inverse if weight is None else inverse * weight).reshape(spread)
    return scale * (g - middle - (x - mean.reshape(spread)) * lean), dweight, dbias


def batch_norm_inference(
    x: Array, weight: Array | None = None, bias: Array | None = None, *, mean: Array, variance: Array, eps: float
) -> Ruled:
    """Batch normalisation with given statistics: a scale and a shift a channel.

    y = γ·(x − μ)/√(σ² + ε) + β        ∂L/∂x = g·γ/√(σ² + ε),   ∂L/∂γ = Σ g·x̂,   ∂L/∂β = Σ g
    """
    spread = (1, -1) + (1,) * (x.ndim - 2)
    inverse = (1 / np.sqrt(variance + eps)).astype(x.dtype)
    scale = inverse if weight is None else inverse * weight
    return kernels.batch_norm(x, mean, variance, weight, bias, eps), (
        lambda g: g * scale.reshape(spread),
        lambda g: kernels.channel_sum(g * (x - mean.reshape(spread)) * inverse.reshape(spread)),
        kernels.channel_sum,
    )


def layer_norm(
    x: Array, weight: Array | None = None, bias: Array | None = None, *, axes_count: int, eps: float
) -> Ruled:
    """As batch normalisation, but over the last `axes_count` axes of each sample instead of over the batch.

    x̂ = (x − μ) / √(σ² + ε),   y = γ·x̂ + β,   with h = γ·g:
    ∂L/∂x = (h − mean h − x̂·mean(h·x̂)) / √(σ² + ε),   ∂L/∂γ = Σ g·x̂,   ∂L/∂β = Σ g over the samples

    Ba, Kiros and Hinton, 2016 (arXiv 1607.06450).
    """
    grads = once(lambda g: kernels.layer_norm_grads(g, x, weight, axes_count, eps))
    return kernels.layer_norm(x, weight, bias, axes_count, eps), (
        lambda g: grads(g)[0],
        lambda g: grads(g)[1],
        lambda g: grads(g)[2],
    )


def group_norm(x: Array, weight: Array | None = None, bias: Array | None = None, *, groups: int, eps: float) -> Ruled:
    """As layer normalisation, but over the pixels of a group of channels of each sample, with γ and β a channel.

    x̂ = (x − μ) / √(σ² + ε),   y = γ·x̂ + β,   with h = γ·g and means over the group:
    ∂L/∂x = (h − mean h − x̂·mean(h·x̂)) / √(σ² + ε),   ∂L/∂γ = Σ g·x̂,   ∂L/∂β = Σ g over samples and pixels

    Shapes: x (N, C, …), γ and β (C,). Wu and He, 2018 (arXiv 1803.08494).
    """
    grads = once(lambda g: kernels.group_norm_grads(g, x, weight, groups, eps))
    return kernels.group_norm(x, weight, bias, groups, eps), (
        lambda g: grads(g)[0],
        lambda g: grads(g)[1],
        lambda g: grads(g)[2],
    )


def rms_norm(x: Array, weight: Array | None = None, *, axes_count: int, eps: float) -> Ruled:
    """As layer normalisation without the mean and without β: y = γ·x·r,   r = 1/√(mean x² + ε)

    ∂L/∂x = r·(h − x·r²·mean(h·x)),   h = γ·g        ∂L/∂γ = Σ g·x·r over the samples

    Zhang and Sennrich, 2019 (arXiv 1910.07467).
    """
    axes = tuple(range(-axes_count, 0))
    r = 1 / np.sqrt(np.mean(x * x, axis=axes, keepdims=True) + eps)
    normal = x * r

    def pull(g: Any) -> Any:
        h = g if weight is None else g * weight
        return r * (h - normal * np.mean(h * normal, axis=axes, keepdims=True))

    return normal if weight is None else normal * weight, (pull, lambda g: g * normal)

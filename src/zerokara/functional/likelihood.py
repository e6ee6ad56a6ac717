"""Normal distributions described by mean and log variance: how far from another, how likely, and a draw from one."""

import math
from typing import Any

import numpy as np

from zerokara import rules
from zerokara.arguments import short
from zerokara.arrays import Array, default_generator
from zerokara.autodiff import Tensor, apply, as_tensor
from zerokara.functional.shared import Like, fractional, reduced, same_shape
from zerokara.kernels import tracing


def gaussian_kl(
    mean: Like,
    log_variance: Like,
    other_mean: Like | None = None,
    other_log_variance: Like | None = None,
    reduction: str = "batchmean",
) -> Tensor:
    """KL(N(μ, σ²) ‖ N(μ', σ'²)) in nats, N(0, 1) unless another is given: ½·(μ² + σ² − 1 − ln σ²)

    v = ln σ² is given, so that no spread is too small. "batchmean" sums over all numbers of a sample and takes the mean
    over the samples, as the loss of a variational auto-encoder needs it; else "mean", "sum" or "none".
    """
    mean = fractional(mean)
    log_variance = _same("gaussian_kl", mean, log_variance)
    if other_mean is not None:
        mean = mean - _fitting("gaussian_kl", mean, other_mean)
    if other_log_variance is not None:  # both brought to the scale on which the other is N(0, 1)
        other = _fitting("gaussian_kl", mean, other_log_variance)
        mean, log_variance = mean * apply(rules.exp, other * -0.5), log_variance - other
    return reduced(apply(rules.gaussian_kl, mean, log_variance), reduction)


def gaussian_nll_loss(
    y: Like,
    target: Like,
    var: Like | None = None,
    full: bool = False,
    eps: float = 1e-6,
    reduction: str = "mean",
    *,
    log_var: Like | None = None,
) -> Tensor:
    """−ln N(target; y, σ²) = ½·(ln σ² + (t − y)²/σ²), with `full` also its constant ½·ln 2π

    The variance is given as `var`, which counts as `eps` where it is smaller, or by its logarithm `log_var`, which
    needs no such limit. Its shape is that of y, or 1 on some axes: one variance for all of them.
    """
    y = fractional(y)
    t = same_shape("gaussian_nll_loss", y, target)
    if (var is None) == (log_var is None):
        raise ValueError("gaussian_nll_loss expects the variance, either var or log_var")
    if log_var is not None:
        v = _fitting("gaussian_nll_loss", y, log_var)
    else:
        variance = _fitting("gaussian_nll_loss", y, var)
        if not eps > 0:
            raise ValueError(f"gaussian_nll_loss expects eps above 0; got {short(eps)}")
        tracing.look(_expect_variances, variance._data)
        missing = np.maximum(np.asarray(eps, y.dtype) - variance._data, 0)  # a constant, so gradients do not stop there
        v = apply(rules.log, variance + missing)
    losses = apply(rules.gaussian_nll, y, v, t)
    return reduced(losses + 0.5 * math.log(2 * math.pi) if full else losses, reduction)


def reparametrize(mean: Like, log_variance: Like, rng: np.random.Generator | None = None) -> Tensor:
    """A draw z = μ + σ·ε from N(μ, σ²), σ = e^(v/2), through which gradients pass; ε is new at every call

    ε comes from `rng`, else from the default generator (`zk.manual_seed`); a recorded step draws it at every replay.
    """
    mean = fractional(mean)
    log_variance = _same("reparametrize", mean, log_variance)
    shape, kind = mean.shape, mean.dtype
    drawn = np.float64 if kind == np.float64 else np.float32

    def draw() -> Array:
        return np.asarray((rng or default_generator()).standard_normal(shape, drawn), kind)

    return apply(rules.reparametrize, mean, log_variance, noise=tracing.again(draw, shape, kind))


def _same(name: str, mean: Tensor, log_variance: Any) -> Tensor:
    """The log variances in the type of the means; never broadcast."""
    v = as_tensor(log_variance)
    if v.shape != mean.shape:
        raise ValueError(
            f"{name} expects a log variance for each mean, {mean.shape}; got {v.shape}: "
            f"use np.broadcast_to(log_variance, {mean.shape}), if one is for several means"
        )
    return v if v.dtype == mean.dtype else v.astype(mean.dtype)


def _fitting(name: str, y: Tensor, given: Any) -> Tensor:
    """What is given in the type of y; its shape is y's, or 1 on some axes: nothing becomes larger than y."""
    t = as_tensor(given)
    fits = t.ndim in (0, y.ndim) and all(n in (1, m) for n, m in zip(t.shape, y.shape, strict=False))
    if not fits:
        raise ValueError(
            f"{name}: expected a number or the shape {y.shape}, where an axis may be 1; got {t.shape}: "
            "give one for all numbers, or one for each"
        )
    return t if t.dtype == y.dtype else t.astype(y.dtype)


def _expect_variances(variances: Array) -> None:
    if (variances < 0).any():
        raise ValueError(f"a variance is at least 0; got {variances.min():g}: from a logarithm, use log_var=")

"""Normalisations: over the batch, over a sample, over groups of channels, over neighbouring channels."""

import math
from typing import Any

import numpy as np

from zerokara import kernels, rules
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, apply, as_tensor
from zerokara.functional.pool import avg_pool2d
from zerokara.functional.shared import Like, fractional, fractions, images
from zerokara.parallel.statistics import Sharing


def local_response_norm(x: Like, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Tensor:
    """y[n,c] = x[n,c] / (k + α/size · Σ x[n,j]²)^β        j from c − ⌊size/2⌋ to c + ⌊(size−1)/2⌋

    Images (N, C, H, W); a channel that does not exist counts as 0. The means over channels are those of `avg_pool2d`,
    with the channels as rows and the pixels as columns. Krizhevsky, Sutskever and Hinton, 2012, section 3.3; α is
    divided by `size` as in PyTorch.
    """
    t = fractional(images("local_response_norm", x))
    if size < 1:
        raise ValueError(f"local_response_norm expects a size of at least 1 channel; got {size}")
    n, c, h, w = t.shape
    planes = (t * t).reshape(n, 1, c, h * w)
    means = avg_pool2d(planes, (size, 1), 1, (size // 2, 0))
    if size % 2 == 0:  # padded alike on both sides, there is a window too many
        means = means[:, :, :c]
    return t / (means.reshape(t.shape) * alpha + k) ** beta


def batch_norm(
    x: Like,
    running_mean: Array | None = None,
    running_var: Array | None = None,
    weight: Like | None = None,
    bias: Like | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Batch normalisation of (N, C) or (N, C, H, W).

    In training with the statistics of the batch, and the running arrays are updated in place:
    running ← (1 − momentum)·running + momentum·batch, with the unbiased variance, as PyTorch.
    Otherwise with the running arrays.
    """
    x = as_tensor(x)
    if x.ndim not in (2, 4):
        raise ValueError(f"batch_norm expects (N, C) or (N, C, H, W); got {x.shape}")
    given = {"running_mean": running_mean, "running_var": running_var, "weight": weight, "bias": bias}
    for name, value in given.items():
        if value is not None and value.shape != (x.shape[1],):
            raise ValueError(f"batch_norm of {x.shape} expects {name} of shape ({x.shape[1]},); got {value.shape}")
    x, weight, bias = fractions(x, weight, bias)
    if not training:
        if running_mean is None or running_var is None:
            raise ValueError("batch_norm outside training needs running_mean and running_var")
        return apply(rules.batch_norm_inference, x, weight, bias, mean=running_mean, variance=running_var, eps=eps)
    m = math.prod(x.shape) // x.shape[1] if x.shape[1] else 0
    if m == 1:
        raise ValueError(
            f"batch_norm cannot learn from one value per channel; got {x.shape}: use a batch of at least 2"
        )
    batch_mean, variance = kernels.batch_statistics(x._data)
    if running_mean is not None and running_var is not None and m:
        kernels.update_running(running_mean, batch_mean, momentum, 1.0)
        kernels.update_running(running_var, variance, momentum, m / (m - 1))
    return apply(rules.batch_norm, x, weight, bias, mean=batch_mean, variance=variance, eps=eps)


def batch_norm_of_shares(
    x: Like,
    running_mean: Array | None,
    running_var: Array | None,
    weight: Like | None,
    bias: Like | None,
    sharing: Sharing,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Batch normalisation in training, of a share (N, C) or (N, C, H, W) of a batch: with the whole batch's statistics.

    See `batch_norm`, which this equals where one process has the batch.
    """
    x, weight, bias = fractions(as_tensor(x), weight, bias)
    own = kernels.batch_statistics(x._data)
    mean, variance, unbiased, count = sharing.statistics(x.size // x.shape[1], *own)
    if running_mean is not None and running_var is not None:
        kernels.update_running(running_mean, mean, momentum, 1.0)
        kernels.update_running(running_var, unbiased, momentum, 1.0)
    options = {"mean": mean, "variance": variance, "eps": eps}
    return apply(rules.batch_norm, x, weight, bias, **options, means=lambda sums: sharing.means(sums, count))


def layer_norm(
    x: Like,
    normalized_shape: int | tuple[int, ...],
    weight: Like | None = None,
    bias: Like | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Each sample brought to mean 0 and spread 1 over its last axes, whose lengths are `normalized_shape`"""
    x = as_tensor(x)
    shape = rules.new_shape("layer_norm", normalized_shape)
    if not shape or x.shape[-len(shape) :] != shape:
        raise ValueError(f"layer_norm over {shape} expects inputs that end in {shape}; got {x.shape}")
    for name, value in (("weight", weight), ("bias", bias)):
        if value is not None and value.shape != shape:
            raise ValueError(f"layer_norm over {shape} expects {name} of that shape; got {value.shape}")
    return apply(rules.layer_norm, *fractions(x, weight, bias), axes_count=len(shape), eps=eps)


def rms_norm(
    x: Like, normalized_shape: int | tuple[int, ...], weight: Like | None = None, eps: float | None = None
) -> Tensor:
    """x/√(mean x² + ε)·γ over the last axes, whose lengths are `normalized_shape`; ε is the type's own unless given"""
    x = as_tensor(x)
    shape = rules.new_shape("rms_norm", normalized_shape)
    if not shape or x.shape[-len(shape) :] != shape:
        raise ValueError(f"rms_norm over {shape} expects inputs that end in {shape}; got {x.shape}")
    if weight is not None and weight.shape != shape:
        raise ValueError(f"rms_norm over {shape} expects weight of that shape; got {weight.shape}")
    x, weight, _ = fractions(x, weight, None)
    dtype, small = x.dtype, float(np.finfo(x.dtype).eps) if eps is None else eps
    if dtype == np.float16:  # squares of more than 255 are infinite there
        x, weight = x.astype(np.float32), None if weight is None else weight.astype(np.float32)
    y = apply(rules.rms_norm, x, weight, axes_count=len(shape), eps=small)
    return y.astype(dtype) if dtype == np.float16 else y


def group_norm(
    x: Like, num_groups: int, weight: Like | None = None, bias: Like | None = None, eps: float = 1e-5
) -> Tensor:
    """y = γ[c]·(x − μ)/√(σ² + ε) + β[c],   μ and σ² over the pixels of a group of channels of one sample

    Shapes: x (N, C, …), γ = weight and β = bias (C,). Wu and He, 2018 (arXiv 1803.08494).
    """
    return _normed("group_norm", x, num_groups, weight, bias, eps)


def instance_norm(x: Like, weight: Like | None = None, bias: Like | None = None, eps: float = 1e-5) -> Tensor:
    """`group_norm` with every channel a group of its own. Ulyanov et al., 2016 (arXiv 1607.08022)."""
    t = as_tensor(x)
    if t.ndim < 3:
        raise ValueError(f"instance_norm expects (N, C, L) or (N, C, H, W); got {t.shape}")
    return _normed("instance_norm", t, t.shape[1], weight, bias, eps)


def _normed(name: str, x: Like, groups: int, weight: Any, bias: Any, eps: float) -> Tensor:
    given = as_tensor(x)
    if given.ndim < 2 or groups < 1 or given.shape[1] % groups:
        raise ValueError(f"{name} expects (N, C, …) with C a multiple of {groups} groups; got {given.shape}")
    for what, value in (("weight", weight), ("bias", bias)):
        if value is not None and value.shape != given.shape[1:2]:
            raise ValueError(f"{name} of {given.shape} expects {what} of shape ({given.shape[1]},); got {value.shape}")
    x, weight, bias = fractions(given, weight, bias)
    if not given.shape[1]:
        return given
    y: Tensor = apply(rules.group_norm, x, weight, bias, groups=groups, eps=eps)
    return y

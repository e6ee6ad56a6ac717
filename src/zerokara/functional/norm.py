"""Normalisation over groups of channels: `layer_norm` of every group of every sample, then a scale and a shift."""

import math
from typing import Any

from zerokara import rules
from zerokara.autodiff import Tensor, apply, as_tensor
from zerokara.functional.shared import Like, fractions


def group_norm(
    x: Like, num_groups: int, weight: Like | None = None, bias: Like | None = None, eps: float = 1e-5
) -> Tensor:
    """y = γ[c]·(x − μ)/√(σ² + ε) + β[c],   μ and σ² over the pixels of a group of channels of one sample

    Shapes: x (N, C, …), γ = weight and β = bias (C,). Wu and He, 2018 (arXiv 1803.08494).
    """
    return _normed("group_norm", x, num_groups, weight, bias, eps)


def instance_norm(x: Like, weight: Like | None = None, bias: Like | None = None, eps: float = 1e-5) -> Tensor:
    """The same with every channel a group of its own. Ulyanov et al., 2016 (arXiv 1607.08022)."""
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
    group = math.prod(x.shape[1:]) // groups
    rows = x.reshape(x.shape[0], groups, group)
    y: Tensor = apply(rules.layer_norm, rows, None, None, axes_count=1, eps=eps).reshape(x.shape)
    spread = (-1,) + (1,) * (x.ndim - 2)
    y = y if weight is None else y * as_tensor(weight).reshape(spread)
    return y if bias is None else y + as_tensor(bias).reshape(spread)

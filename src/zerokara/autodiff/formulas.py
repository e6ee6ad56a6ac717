"""Kernels as formulas on tensors, where the rule of the same name cannot stand in for them.

A rule that is run on tensors, for gradients of gradients, calls kernels with tensors. Most kernels have a rule of their
own name, which is applied then. Those below give more than their rule's value, or are a whole backward pass.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from zerokara import kernels
from zerokara.kernels import reference
from zerokara.rules import RULES
from zerokara.rules.rule import detached


def cross_entropy(scores: Any, labels: Any) -> tuple[Any, Any]:
    """The losses, and p = softmax(scores)."""
    return scores._apply(RULES["cross_entropy"], scores, labels=labels), scores.softmax(1)


def cross_entropy_grad(g: Any, probabilities: Any, labels: Any) -> Any:
    """gₙ·(pₙₖ − tₙₖ), t = 1 at the label and 0 elsewhere"""
    truth = np.zeros(probabilities.shape, probabilities.dtype)
    truth[np.arange(len(labels)), labels] = 1
    return g[:, None] * (probabilities - truth)


def max_pool2d(x: Any, *window: Any) -> tuple[Any, Any]:
    """The largest, and where they are: places, which have no gradient."""
    y = x._apply(RULES["max_pool2d"], x, **dict(zip(_WINDOW, window, strict=True)))
    return y, kernels.max_pool2d(x._data, *window)[1]


_WINDOW = ("kernel", "stride", "padding", "dilation", "ceil_mode")


def batch_norm_grads(g: Any, x: Any, mean: Any, variance: Any, weight: Any, eps: float) -> tuple[Any, Any, Any]:
    """The gradients of batch normalisation; μ and σ² are computed anew, since they move with x.

    x̂ = (x − μ)/√(σ² + ε),   h = γ·g:   ((h − mean h − x̂·mean(h·x̂))/√(σ² + ε), Σ g·x̂, Σ g)
    """
    axes = (0, *range(2, x.ndim))
    first = detached(x)[(slice(1), slice(None), *(slice(1) for _ in axes[1:]))]
    apart = x - first  # a large offset that all share costs no digits
    centred = apart - np.mean(apart, axis=axes, keepdims=True)
    scale = 1 / np.sqrt(np.mean(centred * centred, axis=axes, keepdims=True) + x.dtype.type(eps))
    normal = centred * scale
    h = g if weight is None else g * weight.reshape(1, -1, *[1] * (x.ndim - 2))
    means = np.mean(h, axis=axes, keepdims=True), np.mean(h * normal, axis=axes, keepdims=True)
    return scale * (h - means[0] - normal * means[1]), np.sum(g * normal, axis=axes), np.sum(g, axis=axes)


FORMULAS: dict[str, Callable[..., Any]] = {
    "cross_entropy": cross_entropy,
    "cross_entropy_grad": cross_entropy_grad,
    "max_pool2d": max_pool2d,
    "batch_norm_grads": batch_norm_grads,
    "group_norm_grads": reference.group_norm_grads,
    "layer_norm_grads": reference.layer_norm_grads,  # whose definition is written with what tensors know
}
"""Kernel → what it is on tensors."""

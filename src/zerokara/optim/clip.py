"""Limiting gradients before a step."""

import math
from typing import Any, cast

import numpy as np

from zerokara import kernels
from zerokara.arguments import short
from zerokara.autodiff import Tensor
from zerokara.kernels import tracing
from zerokara.optim.parameters import Parameters, named


def clip_grad_norm(parameters: Parameters, max_norm: float) -> float:
    """g ← g · min(1, max_norm/(‖g‖ + 1e-6)) for all gradients together; returns ‖g‖ = √Σg² from before.

    A norm that is not finite is returned and nothing is changed: the caller sees that the training went wrong.
    """
    if not max_norm > 0:
        raise ValueError(f"max_norm is a number above 0; got {short(max_norm)}")
    tensors = [p for _, p in named(parameters)() if p.grad is not None]
    if tracing.current() is not None:
        return _clipped_in_a_trace(tensors, max_norm)
    squares = (float(kernels.square_sum(p.grad)) for p in tensors if p.grad is not None)
    norm = math.sqrt(math.fsum(squares))
    factor = max_norm / (norm + 1e-6)
    if factor < 1 and math.isfinite(norm):
        for parameter in tensors:
            parameter.grad = parameter.grad * factor if parameter.grad is not None else None
    return norm


def _clipped_in_a_trace(tensors: list[Tensor], max_norm: float) -> float:
    """As above, without looking at a number: the norm is an array."""
    gradients: list[Any] = [p.grad for p in tensors]
    norm = np.sqrt(sum(kernels.square_sum(g) for g in gradients))
    factor = np.where(np.isfinite(norm), np.minimum(1.0, max_norm / (norm + 1e-6)), 1.0)
    for parameter, g in zip(tensors, gradients, strict=True):
        parameter.grad = g * factor.astype(g.dtype)
    return cast(float, norm)


def clip_grad_value(parameters: Parameters, clip_value: float) -> None:
    """g ← min(max(g, −clip_value), clip_value), every number by itself."""
    if not clip_value > 0:
        raise ValueError(f"clip_value is a number above 0; got {short(clip_value)}")
    for _, parameter in named(parameters)():
        if parameter.grad is not None:
            parameter.grad = np.clip(parameter.grad, -clip_value, clip_value)

"""Limiting gradients before a step."""

import math

import numpy as np

from zerokara.optim.base import Parameters, named


def clip_grad_norm(parameters: Parameters, max_norm: float) -> float:
    """g ← g · min(1, max_norm/(‖g‖ + 1e-6)) for all gradients together; returns ‖g‖ = √Σg² from before.

    A norm that is not finite is returned and nothing is changed: the caller sees that the training went wrong.
    """
    if not max_norm > 0:
        raise ValueError(f"max_norm is a number above 0; got {max_norm!r}")
    tensors = [p for _, p in named(parameters)() if p.grad is not None]
    squares = (float(np.sum(np.square(p.grad, dtype=np.float64))) for p in tensors if p.grad is not None)
    norm = math.sqrt(math.fsum(squares))
    factor = max_norm / (norm + 1e-6)
    if factor < 1 and math.isfinite(norm):
        for parameter in tensors:
            parameter.grad = parameter.grad * factor if parameter.grad is not None else None
    return norm


def clip_grad_value(parameters: Parameters, clip_value: float) -> None:
    """g ← min(max(g, −clip_value), clip_value), every number by itself."""
    if not clip_value > 0:
        raise ValueError(f"clip_value is a number above 0; got {clip_value!r}")
    for _, parameter in named(parameters)():
        if parameter.grad is not None:
            parameter.grad = np.clip(parameter.grad, -clip_value, clip_value)

"""Activation functions that are smooth where ReLU has a corner, or that learn their slope.

Where a formula would meet ∞ times 0, the numbers are first brought to where the function is 0 or 1 in every type.
"""

from typing import Any

import numpy as np

from zerokara import kernels
from zerokara.arrays import Array
from zerokara.rules.rule import Ruled

_FAR = 1000.0
"""σ(−1000) is 0 and σ(1000) is 1 in every type."""


def elu(x: Array, *, alpha: float = 1.0) -> Ruled:
    """x where x > 0, else α·(eˣ − 1)        ∂L/∂x = g where x > 0, else g·α·eˣ

    eˣ − 1 = 2t/(1 − t) with t = tanh(x/2), which keeps its digits near 0. Clevert et al., 2015 (arXiv 1511.07289).
    """
    positive, low = x > 0, np.minimum(x, 0)
    t = np.tanh(0.5 * low)
    return np.where(positive, x, alpha * (2 * t / (1 - t))), (
        lambda g: np.where(positive, g, g * (alpha * np.exp(low))),
    )


def silu(x: Array) -> Ruled:
    """x·σ(x)        ∂L/∂x = g·σ(x)·(1 + x·(1 − σ(x))). Also called swish. Elfwing et al., 2017 (arXiv 1702.03118)."""
    return kernels.silu(x), (lambda g: kernels.silu_grad(g, x),)


def silu_grad(g: Array, x: Array) -> Ruled:
    """y = g·f′(x),  f′ = σ·(1 + x·(1 − σ)),  the slope of f(x) = x·σ(x): linear in g; and so twice differentiable

    ∂L/∂g = v·f′(x)        ∂L/∂x = v·g·f″(x),   f″ = σ·(1 − σ)·(2 + x·(1 − 2σ))        v = ∂L/∂y
    """

    def pull(v: Any) -> Any:
        near = np.clip(x, -_FAR, _FAR)
        s, rest = kernels.sigmoid(near), kernels.sigmoid(-near)
        return v * g * (s * rest * (2 + near * (rest - s)))

    return kernels.silu_grad(g, x), (lambda v: kernels.silu_grad(v, x), pull)


def hardsigmoid(x: Array) -> Ruled:
    """min(max(x + 3, 0), 6) / 6        ∂L/∂x = g/6 where −3 < x < 3, else 0"""
    outside = (x <= -3) | (x >= 3)
    return (np.clip(x, -3, 3) + 3) / 6, (lambda g: np.where(outside, 0, g / 6),)


def hardswish(x: Array) -> Ruled:
    """x·min(max(x + 3, 0), 6) / 6        ∂L/∂x = 0 where x ≤ −3, g where x ≥ 3, else g·(2x + 3)/6

    Howard et al., 2019 (arXiv 1905.02244).
    """
    left, right = x <= -3, x >= 3

    def pull(g: Any) -> Any:
        return np.where(left, 0, np.where(right, g, g * (2 * np.clip(x, -3, 3) + 3) / 6))

    return np.maximum(x, -3) * ((np.clip(x, -3, 3) + 3) / 6), (pull,)


def mish(x: Array) -> Ruled:
    """x·ω with ω = tanh(ln(1 + eˣ))        ∂L/∂x = g·(ω + x·(1 − ω²)·σ(x)). Misra, 2019 (arXiv 1908.08681)."""
    w = np.tanh(np.logaddexp(0, x))

    def pull(g: Any) -> Any:
        near = np.clip(x, -_FAR, _FAR)
        return g * (w + near * (1 - w * w) * kernels.sigmoid(x))

    return np.maximum(x, -_FAR) * w, (pull,)


def prelu(x: Array, weight: Array) -> Ruled:
    """x where x > 0, else w·x        ∂L/∂x = g where x > 0, else w·g,   ∂L/∂w = x·g where x ≤ 0, else 0

    The slope w is learned; it has a shape that fits that of x. He et al., 2015 (arXiv 1502.01852).
    """
    positive = x > 0
    return np.where(positive, x, weight * x), (
        lambda g: np.where(positive, g, weight * g),
        lambda g: np.where(positive, 0, x * g),
    )

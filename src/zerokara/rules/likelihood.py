"""Normal distributions that a network describes by a mean and a log variance: divergence, likelihood, a draw.

v = ln σ² throughout: any number is one, where a variance would have to be kept above 0, and where ln σ² of a σ that is
too small for its type would be −∞.
"""

from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.rules.rule import Ruled, once

TERMS = 16
"""So many terms of the series of eᵛ − 1 − v are exact for |v| ≤ 1 in float64: the next is below 10⁻¹⁶ of the first."""


def gaussian_kl(mean: Array, log_variance: Array) -> Ruled:
    """KL(N(μ, σ²) ‖ N(0, 1)) of every number by itself: ½·(μ² + σ² − 1 − ln σ²) = ½·(μ² + (eᵛ − 1 − v))

    ∂L/∂μ = g·μ,   ∂L/∂v = ½·g·(eᵛ − 1)

    0 for μ = v = 0, never below. Near there eᵛ − 1 − v is ½v² + ⅙v³ + …, which subtraction would lose.
    Kingma, Welling, 2013, appendix B (arXiv 1312.6114).
    """
    small, size = np.minimum(np.abs(log_variance), 1.0), np.exp(log_variance)
    near = small == np.abs(log_variance)
    v = np.where(near, log_variance, 0)
    first = _series(v, 1)  # (eᵛ − 1)/v
    beyond = np.where(near, v * v * _series(v, 2), size - 1 - log_variance)
    return 0.5 * (mean * mean + beyond), (
        lambda g: g * mean,
        lambda g: g * (0.5 * np.where(near, v * first, size - 1)),
    )


def _series(v: Any, order: int) -> Any:
    """Σ vᵏ/(k + order)!, k from 0: the exponential series without its first terms, divided by v^order."""
    total: Any = 1.0
    for k in range(TERMS, 0, -1):
        total = 1 + v * (1 / (k + order)) * total
    return total * (1.0 if order == 1 else 0.5)


def gaussian_nll(mean: Array, log_variance: Array, t: Array) -> Ruled:
    """−ln N(t; μ, σ²) without its constant ½·ln 2π: ½·(v + z²), z = (t − μ)/σ, 1/σ = e^(−v/2)

    ∂L/∂μ = −g·z/σ,   ∂L/∂v = ½·g·(1 − z²),   ∂L/∂t = g·z/σ
    """
    scale = np.exp(-0.5 * log_variance)
    z = (t - mean) * scale
    pull = once(lambda g: g * z * scale)
    return 0.5 * (log_variance + z * z), (
        lambda g: -pull(g),
        lambda g: g * (0.5 * (1 - z * z)),
        pull,
    )


def reparametrize(mean: Array, log_variance: Array, *, noise: Array) -> Ruled:
    """A draw from N(μ, σ²): z = μ + σ·ε with σ = e^(v/2), half of the log variance        ε from N(0, 1)

    ∂L/∂μ = g,   ∂L/∂v = ½·g·σ·ε

    The chance lies in ε, which no parameter changes: so a gradient passes through the draw. Kingma, Welling, 2013.
    """
    spread = np.exp(0.5 * log_variance) * noise
    return mean + spread, (lambda g: g, lambda g: g * (0.5 * spread))

"""The mean of a function over a normal distribution, and estimates of its gradients: through the draws, and around."""

import math

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, gradients
from zerokara.experiments.ch05.expressions import compute


def drawn(f: str, mean: float, spread: float, draws: int, rng: np.random.Generator) -> tuple[Array, Array, Array]:
    """Draws z = μ + σ·ε, (draws,), and what each says of the gradients of E f(z) in μ and in σ, (2, draws) both.

    Through the draw: f′(z)·∂z. Around it: f(z)·∂ ln p(z), which is f·ε/σ in μ and f·(ε² − 1)/σ in σ.
    """
    means = Tensor(np.full(draws, mean), requires_grad=True)
    log_variances = Tensor(np.full(draws, 2 * math.log(spread)), requires_grad=True)
    z = F.reparametrize(means, log_variances, rng)
    y = compute(f, {"z": z})
    by_mean, by_log_variance = gradients(y.sum(), [means, log_variances])
    path = np.stack([by_mean, by_log_variance * 2 / spread])  # d ln σ² / dσ = 2/σ
    e = (z.data - mean) / spread
    return z.data, path, y.data * np.stack([e / spread, (e * e - 1) / spread])


def integrated(f: str, mean: float, spread: float) -> Array:
    """E f(z) and its gradients in μ and σ, (3,), by the trapezoid rule over ±12 σ; NaN where f has no value there.

    ∂E f/∂μ = E[f·ε/σ], ∂E f/∂σ = E[f·(ε² − 1)/σ]: no derivative of f is taken.
    """
    e = np.linspace(-12, 12, 24_001)
    with np.errstate(all="ignore"):
        y = np.broadcast_to(compute(f, {"z": Tensor(mean + spread * e)}).data, e.shape)
        y = y * np.exp(-e * e / 2) / math.sqrt(2 * math.pi)
        return np.array([np.sum(y * g) * (e[1] - e[0]) for g in (1, e / spread, (e * e - 1) / spread)])

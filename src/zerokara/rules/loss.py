"""Losses: how wrong is the answer?"""

import numpy as np

from zerokara import kernels
from zerokara.arrays import Array
from zerokara.rules.rule import Ruled


def squared_error(y: Array, t: Array) -> Ruled:
    """The book's sum of squares  ½ Σ (y − t)²        ∂L/∂y = g·(y − t), ∂L/∂t = −g·(y − t). Book §4.2.1."""
    d = y - t
    return 0.5 * np.sum(d * d), (lambda g: g * d, lambda g: -g * d)


def cross_entropy(scores: Array, *, labels: Array) -> Ruled:
    """Softmax and cross-entropy together, one loss a sample.

    Lₙ = −ln softmax(scores)ₙ[labelₙ] = ln Σⱼ e^(sⱼ) − s[labelₙ]        ∂L/∂s[n,k] = gₙ·(pₙₖ − tₙₖ)

    p = softmax(scores), t = 1 at the label and 0 elsewhere: the gradient is just "answer − truth". Never overflows,
    and is exact where a probability is nearly 0 or 1. Shapes: scores (N, K), integer labels (N,)  →  (N,). Book §5.6.3.
    """
    losses, probabilities = kernels.cross_entropy(scores, labels)
    return losses, (lambda g: kernels.cross_entropy_grad(g, probabilities, labels),)


def binary_cross_entropy_with_logits(x: Array, t: Array) -> Ruled:
    """−t·ln σ(x) − (1 − t)·ln(1 − σ(x)) = ln(1 + eˣ) − x·t        ∂L/∂x = g·(σ(x) − t), ∂L/∂t = −g·x"""
    return np.logaddexp(0, x) - x * t, (lambda g: g * (kernels.sigmoid(x) - t), lambda g: -g * x)

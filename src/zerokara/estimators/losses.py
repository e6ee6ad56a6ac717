"""Losses in which examples have weights; the weights stand in the targets, beside what is to be learned."""

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor


def weighted_rows(labels: Array, classes: int, weights: Array) -> Array:
    """t[n, k] = w_n where k is the label of n, else 0. Shapes: labels, weights (N,) → (N, K) float64."""
    rows = np.zeros((len(labels), classes))
    rows[np.arange(len(labels)), labels] = weights
    return rows


def weighted_cross_entropy(scores: Tensor, rows: Array) -> Tensor:
    """L = (1/N) Σ_n w_n · (−ln p_{n, label})        rows = w·one-hot, p = softmax(scores)

    ∂L/∂s[n,k] = w_n·(p[n,k] − [k is the label]) / N: cross-entropy with "probabilities" that sum to w_n.
    """
    return F.cross_entropy(scores, rows)


def weighted_mse(y: Tensor, targets: Array) -> Tensor:
    """L = (1/N·M) Σ_nm w_n · (y[n,m] − t[n,m])²        ∂L/∂y[n,m] = 2·w_n·(y[n,m] − t[n,m]) / (N·M)

    Shapes: y (N, M); targets (N, M + 1), the weights in the last column.
    """
    d = y - targets[:, :-1]
    return (d * d * targets[:, -1:]).mean()

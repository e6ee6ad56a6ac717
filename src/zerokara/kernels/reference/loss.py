"""Cross-entropy behind a softmax or a sigmoid, computed together because together they never overflow."""

import numpy as np

from zerokara.arrays import Array
from zerokara.kernels.reference.activation import sigmoid


def cross_entropy(scores: Array, labels: Array) -> tuple[Array, Array]:
    """Losses and softmax probabilities of a batch.

    With m_n = max_k z_nk:
    p_nk = exp(z_nk − m_n) / Σ_j exp(z_nj − m_n)
    loss_n = log Σ_j exp(z_nj − m_n) − (z_n,label − m_n)

    Shapes: scores z (N, K), labels (N,) integers in 0…K−1  →  losses (N,), probabilities (N, K).
    The loss depends only on differences of scores; subtracting the largest one keeps exp within range.
    """
    check_labels(scores, labels)
    shifted = scores - scores.max(axis=1, keepdims=True)
    exponentials = np.exp(shifted)
    sums = exponentials.sum(axis=1, keepdims=True)
    losses = np.log(sums[:, 0]) - shifted[np.arange(len(labels)), labels]
    return losses, exponentials / sums


def cross_entropy_grad(g: Array, probabilities: Array, labels: Array) -> Array:
    """∂L/∂z_nk = g_n·(p_nk − t_nk), t = 1 at the label and 0 elsewhere.

    Shapes: g (N,), probabilities p (N, K) as `cross_entropy` gave them, labels (N,)  →  (N, K).
    """
    d: Array = probabilities * g[:, None]
    d[np.arange(len(labels)), labels] -= g
    return d


def check_labels(scores: Array, labels: Array) -> None:
    """Refuse labels that do not fit the scores: a negative one would silently count from the end."""
    if scores.ndim != 2 or scores.shape[1] == 0:
        raise ValueError(f"cross_entropy expects scores (N, K) with K > 0; got {scores.shape}")
    if labels.shape != scores.shape[:1] or labels.dtype.kind not in "iu":
        raise ValueError(
            f"cross_entropy expects integer labels ({scores.shape[0]},) for scores {scores.shape}; "
            f"got {labels.dtype} {labels.shape}"
        )
    if labels.dtype == np.int64 and labels.size and labels.view(np.uint64).max() < scores.shape[1]:
        return  # in one pass: as unsigned numbers, negative ones are huge
    if labels.size and not 0 <= labels.min() <= labels.max() < scores.shape[1]:
        raise ValueError(f"cross_entropy expects labels 0…{scores.shape[1] - 1}; got {labels.min()}…{labels.max()}")


def binary_cross_entropy_with_logits(x: Array, t: Array) -> Array:
    """−t·ln σ(x) − (1 − t)·ln(1 − σ(x)) = u·|x| + ln(1 + e^(−|x|)),   u = 1 − t where x > 0, else t

    The shorter form ln(1 + eˣ) − x·t loses its digits for t = 1 and a large x. u·|x| is 0 where u is, even at ±∞: a
    certain answer that is right costs nothing.
    """
    positive = x > 0
    u, size = np.where(positive, 1 - t, t), np.where(positive, x, -x)
    y: Array = u * np.where(u == 0, 0, size) + np.logaddexp(0, -size)
    return y


def binary_cross_entropy_with_logits_grad(g: Array, x: Array, t: Array) -> Array:
    """∂L/∂x = g·(σ(x) − t) = g·(u − s) where x > 0, else g·(s − u),   s = σ(−|x|), and u as above."""
    positive = x > 0
    d = sigmoid(np.where(positive, -x, x)) - np.where(positive, 1 - t, t)
    dx: Array = g * np.where(positive, -d, d)
    return dx

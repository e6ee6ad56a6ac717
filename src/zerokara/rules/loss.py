"""Losses: how wrong is the answer?"""

from typing import Any

import numpy as np

from zerokara import kernels
from zerokara.arrays import Array
from zerokara.rules.activation import log_softmax
from zerokara.rules.rule import Ruled, detached, once


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


def soft_target_cross_entropy(scores: Array, target: Array) -> Ruled:
    """Cross-entropy with probabilities (or one-hot rows) as targets, one loss a sample.

    Lₙ = −Σₖ tₙₖ·ln pₙₖ, where t = 0 counts nothing even if p = 0, as with a label        p = softmax(scores)
    ∂L/∂s[n,k] = gₙ·(pₙₖ·Σⱼ tₙⱼ − tₙₖ),   ∂L/∂t[n,k] = −gₙ·ln pₙₖ

    Shapes: scores and target (N, K)  →  (N,).
    """
    log_p, _ = log_softmax(scores, axis=1)
    with np.errstate(invalid="ignore"):
        losses = -np.sum(np.where(target == 0, 0, target * log_p), axis=1)
    return losses, (
        lambda g: g[:, None] * (np.exp(log_p) * np.sum(target, axis=1, keepdims=True) - target),
        lambda g: -g[:, None] * log_p,
    )


def negative_sampling(h: Array, w: Array, *, words: Array) -> Ruled:
    """A choice among all words as a few choices of two: the right word against K − 1 drawn ones, one loss a sample.

    sₙₖ = hₙ·w[wordsₙₖ]        Lₙ = ln(1 + e^(−sₙ₀)) + Σ_{k ≥ 1} ln(1 + e^(sₙₖ)) = −ln σ(sₙ₀) − Σ ln σ(−sₙₖ)
    ∂L/∂s[n,k] = gₙ·dₙₖ,   dₙ₀ = −σ(−sₙ₀),   dₙₖ = σ(sₙₖ)
    ∂L/∂h[n] = Σₖ gₙ·dₙₖ·w[wordsₙₖ],        ∂L/∂w[i] = Σ gₙ·dₙₖ·hₙ over all n, k with wordsₙₖ = i

    Exact for scores of any size: no logarithm is taken of a probability. Costs K·D products a sample, where a softmax
    over V words costs V·D. Shapes: h (N, D), w (V, D), words (N, K) of rows of w, the right one first  →  (N,).
    Mikolov et al., 2013 (arXiv 1310.4546), equation 4; book 2, §4.2.
    """
    chosen = w[words]
    scores = np.matmul(chosen, h[:, :, None])[..., 0]
    right = np.arange(words.shape[1]) == 0
    z = np.where(right, -scores, scores)

    @once
    def pull_s(g: Any) -> Any:
        d = kernels.sigmoid(z)
        return g[:, None] * np.where(right, -d, d)

    return np.sum(np.logaddexp(0, z), axis=1), (
        lambda g: np.sum(pull_s(g)[..., None] * chosen, axis=1),
        lambda g: kernels.scatter(pull_s(g)[..., None] * h[:, None, :], words, w.shape),
    )


def binary_cross_entropy_with_logits(x: Array, t: Array) -> Ruled:
    """−t·ln σ(x) − (1 − t)·ln(1 − σ(x)) = u·|x| + ln(1 + e^(−|x|)),   u = 1 − t where x > 0, else t

    ∂L/∂x = g·(σ(x) − t) = g·(u − s) where x > 0, else g·(s − u),   s = σ(−|x|);   ∂L/∂t = −g·x

    The shorter forms ln(1 + eˣ) − x·t and σ(x) − t lose their digits for t = 1 and a large x. u·|x| is 0 where u is,
    even at ±∞: a certain answer that is right costs nothing.
    """
    y = kernels.binary_cross_entropy_with_logits(x, t)
    return y, (lambda g: kernels.binary_cross_entropy_with_logits_grad(g, x, t), lambda g: -g * x)


def binary_cross_entropy_with_logits_grad(g: Array, x: Array, t: Array) -> Ruled:
    """y = g·(σ(x) − t), the gradient of `binary_cross_entropy_with_logits`, under the name of its kernel

    ∂L/∂g = v·(σ(x) − t)        ∂L/∂x = v·g·s·(1 − s),   s = σ(−|x|)        ∂L/∂t = −v·g        v = ∂L/∂y
    """

    def pull_x(v: Any) -> Any:
        s = kernels.sigmoid(np.where(x > 0, -x, x))
        return v * g * (s * (1 - s))

    grad = kernels.binary_cross_entropy_with_logits_grad
    return grad(g, x, t), (lambda v: grad(v, x, t), pull_x, lambda v: -v * g)


def binary_cross_entropy(p: Array, t: Array) -> Ruled:
    """−t·ln p − (1 − t)·ln(1 − p) for probabilities p, with logarithms of at least −100

    ∂L/∂p = g·(p − t)/max(p·(1 − p), 10⁻¹²),   ∂L/∂t = g·(ln(1 − p) − ln p), the logarithms of at least −100

    A certain answer that is wrong (p = 0, t = 1) would cost ∞; as in PyTorch it costs 100. From scores, the rule
    `binary_cross_entropy_with_logits` has no such limit.
    """
    with np.errstate(divide="ignore"):
        yes, no = np.maximum(np.log(p), -100), np.maximum(_log_of_the_rest(p), -100)
    return -(t * yes + (1 - t) * no), (
        lambda g: g * ((p - t) / np.maximum(p * (1 - p), _SMALLEST)),
        lambda g: g * (no - yes),
    )


_SMALLEST = 1e-12


def _log_of_the_rest(p: Any) -> Any:
    """ln(1 − p). What rounding has done to w = 1 − p is taken back by the factor p/(1 − w), which is nearly 1."""
    w = 1 - p
    lost = detached(1 - w)
    factor = np.where(lost == 0, 1, detached(p) / np.where(lost == 0, 1, lost))
    return np.where(lost == 0, -p, np.log(np.where(lost == 0, 1, w)) * factor)


def huber_loss(y: Array, t: Array, *, delta: float = 1.0) -> Ruled:
    """½d² where |d| ≤ δ, else δ·(|d| − ½δ);   d = y − t        ∂L/∂y = g·c, ∂L/∂t = −g·c,   c = d brought to [−δ, δ]

    Both are c·(d − ½c): the square near 0, and farther out its tangent, so that outliers pull no harder than δ.
    Huber, 1964 (doi 10.1214/aoms/1177703732).
    """
    d = y - t
    c = np.clip(d, -delta, delta)
    return c * (d - 0.5 * c), (lambda g: g * c, lambda g: -g * c)

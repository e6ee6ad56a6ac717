"""One step of each optimizer. The only kernels that change their arguments: `w` and the state arrays, in place.

The formulas, and what ε is added to, are PyTorch's.
"""

import math

import numpy as np

from zerokara.arrays import Array


def sgd_step(w: Array, g: Array, lr: float) -> None:
    """w ← w − lr·g."""
    w -= _scalar(w, lr) * g


def momentum_step(
    w: Array, g: Array, v: Array, lr: float, momentum: float, dampening: float, nesterov: bool, first: bool
) -> None:
    """v ← momentum·v + (1 − dampening)·g (the very first time v ← g);  w ← w − lr·v.

    Nesterov looks one step ahead: w ← w − lr·(g + momentum·v).
    """
    if first:
        v[...] = g
    else:
        v *= _scalar(v, momentum)
        v += _scalar(v, 1 - dampening) * g
    w -= _scalar(w, lr) * (g + _scalar(w, momentum) * v if nesterov else v)


def adagrad_step(w: Array, g: Array, h: Array, lr: float, eps: float) -> None:
    """h ← h + g²;  w ← w − lr·g / (√h + ε)    (Duchi et al., 2011)."""
    h += g * g
    w -= _scalar(w, lr) * g / (np.sqrt(h) + _scalar(w, eps))


def rmsprop_step(w: Array, g: Array, h: Array, lr: float, alpha: float, eps: float) -> None:
    """h ← α·h + (1 − α)·g²;  w ← w − lr·g / (√h + ε)    (Tieleman and Hinton, 2012)."""
    h *= _scalar(h, alpha)
    h += _scalar(h, 1 - alpha) * (g * g)
    w -= _scalar(w, lr) * g / (np.sqrt(h) + _scalar(w, eps))


def adam_step(
    w: Array, g: Array, m: Array, v: Array, lr: float, beta1: float, beta2: float, eps: float, t: int
) -> None:
    """One step of Adam (Kingma and Ba, 2015); t = 1, 2, … counts the steps.

    m ← β₁·m + (1 − β₁)·g
    v ← β₂·v + (1 − β₂)·g²
    w ← w − lr/(1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)
    """
    m *= _scalar(m, beta1)
    m += _scalar(m, 1 - beta1) * g
    v *= _scalar(v, beta2)
    v += _scalar(v, 1 - beta2) * (g * g)
    step = lr / (1 - beta1**t)
    root = math.sqrt(1 - beta2**t)
    w -= _scalar(w, step) * m / (np.sqrt(v) / _scalar(w, root) + _scalar(w, eps))


def _scalar(like: Array, value: float) -> np.generic:
    """The number in the array's own type, so that float32 weights are updated in float32."""
    scalar: np.generic = like.dtype.type(value)
    return scalar

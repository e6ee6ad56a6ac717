"""One step of each optimizer. The only kernels that change their arguments: `w` and the state arrays, in place.

All settings come in one float64 array, `numbers`, so that a recorded step follows a changing learning rate. It begins
with the same four for all methods; then come the method's own:

    lr, weight_decay, l1, shrink            g ← g + weight_decay·w + l1·sign(w),  w ← shrink·w,  both before the step
    sgd         –
    momentum    momentum, dampening, nesterov (0 or 1), first (0 or 1)
    adagrad     eps
    rmsprop     alpha, eps
    adam        beta1, beta2, eps, t

The formulas, and what ε is added to, are PyTorch's. AdamW is Adam with weight_decay 0 and shrink = 1 − lr·weight_decay;
for all others shrink is 1.
"""

import math

import numpy as np

from zerokara.arrays import Array


def sgd_step(w: Array, g: Array, numbers: Array) -> None:
    """w ← w − lr·g."""
    lr, g = _penalised(w, g, numbers)
    w -= _scalar(w, lr) * g


def momentum_step(w: Array, g: Array, v: Array, numbers: Array) -> None:
    """v ← momentum·v + (1 − dampening)·g (the very first time v ← g);  w ← w − lr·v.

    Nesterov looks one step ahead: w ← w − lr·(g + momentum·v).
    """
    lr, g = _penalised(w, g, numbers)
    momentum, dampening, nesterov, first = numbers.tolist()[4:]
    if first:
        v[...] = g
    else:
        v *= _scalar(v, momentum)
        v += _scalar(v, 1 - dampening) * g
    w -= _scalar(w, lr) * (g + _scalar(w, momentum) * v if nesterov else v)


def adagrad_step(w: Array, g: Array, h: Array, numbers: Array) -> None:
    """h ← h + g²;  w ← w − lr·g / (√h + ε)    (Duchi et al., 2011)."""
    lr, g = _penalised(w, g, numbers)
    (eps,) = numbers.tolist()[4:]
    h += g * g
    w -= _scalar(w, lr) * g / (np.sqrt(h) + _scalar(w, eps))


def rmsprop_step(w: Array, g: Array, h: Array, numbers: Array) -> None:
    """h ← α·h + (1 − α)·g²;  w ← w − lr·g / (√h + ε)    (Tieleman and Hinton, 2012)."""
    lr, g = _penalised(w, g, numbers)
    alpha, eps = numbers.tolist()[4:]
    h *= _scalar(h, alpha)
    h += _scalar(h, 1 - alpha) * (g * g)
    w -= _scalar(w, lr) * g / (np.sqrt(h) + _scalar(w, eps))


def adam_step(w: Array, g: Array, m: Array, v: Array, numbers: Array) -> None:
    """One step of Adam (Kingma and Ba, 2015); t = 1, 2, … counts the steps.

    m ← β₁·m + (1 − β₁)·g
    v ← β₂·v + (1 − β₂)·g²
    w ← w − lr/(1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)
    """
    lr, g = _penalised(w, g, numbers)
    beta1, beta2, eps, t = numbers.tolist()[4:]
    m *= _scalar(m, beta1)
    m += _scalar(m, 1 - beta1) * g
    v *= _scalar(v, beta2)
    v += _scalar(v, 1 - beta2) * (g * g)
    step = lr / (1 - beta1**t)
    root = math.sqrt(1 - beta2**t)
    w -= _scalar(w, step) * m / (np.sqrt(v) / _scalar(w, root) + _scalar(w, eps))


def _penalised(w: Array, g: Array, numbers: Array) -> tuple[float, Array]:
    """(lr, g + weight_decay·w + l1·sign(w)); the weights are shrunk."""
    lr, decay, l1, shrink = numbers.tolist()[:4]
    if decay:
        g = g + _scalar(w, decay) * w
    if l1:
        g = g + _scalar(w, l1) * np.sign(w)
    if shrink != 1:
        w *= _scalar(w, shrink)
    return lr, g


def _scalar(like: Array, value: float) -> np.generic:
    """The number in the array's own type, so that float32 weights are updated in float32."""
    scalar: np.generic = like.dtype.type(value)
    return scalar

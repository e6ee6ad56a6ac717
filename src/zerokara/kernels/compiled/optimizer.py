"""One step of each optimizer, in a single pass over the memory. See the reference for the formulas.

Scalars arrive as float64 and are rounded to the type of the weights first, so that the arithmetic is that of the
reference. Threads share the weights; each number is touched by one of them only.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.kernels.compiled import definition as reference
from zerokara.kernels.compiled import threads
from zerokara.kernels.compiled.build import Kernel, compilable, kernel
from zerokara.kernels.compiled.layout import plain


def sgd_step(w: Array, g: Array, lr: float) -> None:
    """w ← w − lr·g."""
    _in_place(_sgd, reference.sgd_step, (w, g), (lr,))


def momentum_step(
    w: Array, g: Array, v: Array, lr: float, momentum: float, dampening: float, nesterov: bool, first: bool
) -> None:
    """v ← momentum·v + (1 − dampening)·g (the very first time v ← g);  w ← w − lr·v, or Nesterov's form."""
    _in_place(_momentum, reference.momentum_step, (w, g, v), (lr, momentum, dampening, nesterov, first))


def adagrad_step(w: Array, g: Array, h: Array, lr: float, eps: float) -> None:
    """h ← h + g²;  w ← w − lr·g / (√h + ε)."""
    _in_place(_adagrad, reference.adagrad_step, (w, g, h), (lr, eps))


def rmsprop_step(w: Array, g: Array, h: Array, lr: float, alpha: float, eps: float) -> None:
    """h ← α·h + (1 − α)·g²;  w ← w − lr·g / (√h + ε)."""
    _in_place(_rmsprop, reference.rmsprop_step, (w, g, h), (lr, alpha, eps))


def adam_step(
    w: Array, g: Array, m: Array, v: Array, lr: float, beta1: float, beta2: float, eps: float, t: int
) -> None:
    """One step of Adam; t = 1, 2, … counts the steps."""
    _in_place(_adam, reference.adam_step, (w, g, m, v), (lr, beta1, beta2, eps, t))


def _in_place(
    compiled: Kernel, definition: Callable[..., None], arrays: tuple[Array, ...], scalars: tuple[float, ...]
) -> None:
    """Run the kernel on the arrays as plain memory. The reference serves arrays that do not lie in one piece."""
    w, g, *states = arrays
    if not compilable(*arrays) or not all(a.flags.carray for a in (w, *states)) or g.shape != w.shape:
        definition(*arrays, *scalars)
        return
    memory: list[Any] = [plain(a).reshape(-1) for a in arrays]
    numbers = [float(s) for s in scalars]
    ranges = threads.parts(w.size, w.size)
    threads.share(compiled.on(w.dtype), [(*memory, *numbers, *r) for r in ranges])


@kernel("void(T[::1], T[::1], f8, i8, i8)")
def _sgd(w, g, lr, start, stop):  # type: ignore[no-untyped-def]
    w, g = w[start:stop], g[start:stop]
    lr = w.dtype.type(lr)
    for k in range(w.size):
        w[k] -= lr * g[k]


@kernel("void(T[::1], T[::1], T[::1], f8, f8, f8, f8, f8, i8, i8)")
def _momentum(w, g, v, lr, momentum, dampening, nesterov, first, start, stop):  # type: ignore[no-untyped-def]
    w, g, v = w[start:stop], g[start:stop], v[start:stop]
    lr, kept, taken = w.dtype.type(lr), w.dtype.type(0 if first else momentum), w.dtype.type(1 - dampening)
    if first:
        taken = w.dtype.type(1)
        v[:] = 0  # whatever stood there, a NaN included
    ahead, straight = w.dtype.type(momentum if nesterov else 1), w.dtype.type(1 if nesterov else 0)
    for k in range(w.size):
        v[k] = kept * v[k] + taken * g[k]
        w[k] -= lr * (straight * g[k] + ahead * v[k]) if nesterov else lr * v[k]


@kernel("void(T[::1], T[::1], T[::1], f8, f8, i8, i8)")
def _adagrad(w, g, h, lr, eps, start, stop):  # type: ignore[no-untyped-def]
    w, g, h = w[start:stop], g[start:stop], h[start:stop]
    lr, eps = w.dtype.type(lr), w.dtype.type(eps)
    for k in range(w.size):
        h[k] += g[k] * g[k]
        w[k] -= lr * g[k] / (np.sqrt(h[k]) + eps)


@kernel("void(T[::1], T[::1], T[::1], f8, f8, f8, i8, i8)")
def _rmsprop(w, g, h, lr, alpha, eps, start, stop):  # type: ignore[no-untyped-def]
    w, g, h = w[start:stop], g[start:stop], h[start:stop]
    lr, eps, kept, taken = w.dtype.type(lr), w.dtype.type(eps), w.dtype.type(alpha), w.dtype.type(1 - alpha)
    for k in range(w.size):
        h[k] = kept * h[k] + taken * (g[k] * g[k])
        w[k] -= lr * g[k] / (np.sqrt(h[k]) + eps)


@kernel("void(T[::1], T[::1], T[::1], T[::1], f8, f8, f8, f8, f8, i8, i8)")
def _adam(w, g, m, v, lr, beta1, beta2, eps, t, start, stop):  # type: ignore[no-untyped-def]
    w, g, m, v = w[start:stop], g[start:stop], m[start:stop], v[start:stop]
    step, root = w.dtype.type(lr / (1 - beta1**t)), w.dtype.type(np.sqrt(1 - beta2**t))
    kept1, taken1 = w.dtype.type(beta1), w.dtype.type(1 - beta1)
    kept2, taken2 = w.dtype.type(beta2), w.dtype.type(1 - beta2)
    eps = w.dtype.type(eps)
    for k in range(w.size):
        m[k] = kept1 * m[k] + taken1 * g[k]
        v[k] = kept2 * v[k] + taken2 * (g[k] * g[k])
        w[k] -= step * m[k] / (np.sqrt(v[k]) / root + eps)

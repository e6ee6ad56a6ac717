"""Dropout."""

import numpy as np

from zerokara import rules
from zerokara.arrays import Array, default_generator
from zerokara.autodiff import Tensor, apply, as_tensor
from zerokara.functional.shared import Like, fractional
from zerokara.kernels import tracing


def dropout(x: Like, p: float = 0.5, training: bool = True, rng: np.random.Generator | None = None) -> Tensor:
    """Each number is 0 with probability p, else divided by 1 − p. Outside training, nothing happens"""
    t = as_tensor(x)
    if not 0 <= p < 1:
        raise ValueError(f"dropout needs 0 <= p < 1; got {p}")
    if not training or p == 0:
        return t
    t = fractional(t)
    shape, scale = t.shape, t.dtype.type(1 / (1 - p))

    def draw() -> Array:
        kept = (rng or default_generator()).random(shape, dtype=np.float32) >= p
        return np.asarray(kept * scale)

    return apply(rules.dropout, t, mask=tracing.again(draw, shape, t.dtype))


def dropout2d(x: Like, p: float = 0.5, training: bool = True, rng: np.random.Generator | None = None) -> Tensor:
    """Whole channels are 0 with probability p, else divided by 1 − p: neighbouring pixels know of one another"""
    t = as_tensor(x)
    if t.ndim < 3:
        raise ValueError(f"dropout2d expects (N, C, …) with pixels behind the channels; got {t.shape}: use dropout")
    if not training or p == 0:
        return dropout(t, p, training)
    ones = np.ones((*t.shape[:2], *(1,) * (t.ndim - 2)), fractional(t).dtype)
    mask = dropout(ones, p, training, rng)._data
    return apply(rules.dropout, fractional(t), mask=np.broadcast_to(mask, t.shape))

"""Where a word stands: attention itself does not know."""

import numpy as np

from zerokara.arrays import Array, DTypeLike
from zerokara.autodiff import Tensor
from zerokara.functional.shape import stack
from zerokara.functional.shared import Like, fractional


def sinusoidal_positions(length: int, width: int, *, past: int = 0, dtype: DTypeLike = np.float32) -> Tensor:
    """p[t, 2i] = sin(tω_i), p[t, 2i+1] = cos(tω_i),   ω_i = 10000^(−2i/width): (length, width), t from `past` on

    p[t]·p[s] = Σ cos((t − s)ω_i) depends on the distance alone. Vaswani et al., 2017 (arXiv 1706.03762), section 3.5.
    """
    cos, sin = _angles("sinusoidal_positions", length, width, past, 10000.0)
    return Tensor(np.stack([sin, cos], axis=-1).reshape(length, width).astype(dtype))


def rotary_positions(x: Like, *, past: int = 0, base: float = 10000.0) -> Tensor:
    """Each pair of neighbouring numbers (x[2i], x[2i+1]) of position t turned by the angle tω_i,   ω_i = base^(−2i/D)

    Shapes: x (…, T, D), D even  →  the same; the first position is number `past`. Applied to queries and keys, their
    products depend on x and on the distance of the positions alone. Su et al., 2021 (arXiv 2104.09864).
    """
    t = fractional(x)
    if t.ndim < 2:
        raise ValueError(f"rotary_positions expects (…, T, D); got {t.shape}")
    cos, sin = (a.astype(t.dtype) for a in _angles("rotary_positions", t.shape[-2], t.shape[-1], past, base))
    pairs = t.reshape(*t.shape[:-1], t.shape[-1] // 2, 2)
    first, second = pairs[..., 0], pairs[..., 1]
    return stack([first * cos - second * sin, first * sin + second * cos], -1).reshape(t.shape)


def _angles(name: str, length: int, width: int, past: int, base: float) -> tuple[Array, Array]:
    """cos and sin of tω_i: (length, width/2) each, in float64."""
    if width % 2:
        raise ValueError(f"{name} expects an even number of numbers a position; got {width}")
    turns = np.arange(past, past + length)[:, None] * float(base) ** (-np.arange(0, width, 2) / max(width, 1))
    return np.cos(turns), np.sin(turns)

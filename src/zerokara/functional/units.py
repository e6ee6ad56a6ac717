"""Activation functions beyond the classical ones; the formulas stand in `zerokara.rules.units`."""

import math

from zerokara import rules
from zerokara.autodiff import Tensor, apply, as_tensor
from zerokara.functional.shared import Like, fractional


def elu(x: Like, alpha: float = 1.0) -> Tensor:
    """x where x > 0, else alpha·(eˣ − 1)"""
    return apply(rules.elu, fractional(x), alpha=float(alpha))


def silu(x: Like) -> Tensor:
    """x·σ(x), also called swish"""
    return apply(rules.silu, fractional(x))


def mish(x: Like) -> Tensor:
    """x·tanh(ln(1 + eˣ))"""
    return apply(rules.mish, fractional(x))


def hardsigmoid(x: Like) -> Tensor:
    """min(max(x + 3, 0), 6) / 6"""
    return apply(rules.hardsigmoid, fractional(x))


def hardswish(x: Like) -> Tensor:
    """x·min(max(x + 3, 0), 6) / 6"""
    return apply(rules.hardswish, fractional(x))


def relu6(x: Like) -> Tensor:
    """min(max(x, 0), 6)"""
    return as_tensor(x).clip(0, 6)


def hardtanh(x: Like, min_val: float = -1.0, max_val: float = 1.0) -> Tensor:
    """min(max(x, min_val), max_val)"""
    return fractional(x).clip(min_val, max_val)


def logsigmoid(x: Like) -> Tensor:
    """ln σ(x) = −ln(1 + e⁻ˣ)"""
    return -apply(rules.softplus, -fractional(x), beta=1.0, threshold=math.inf)


def prelu(x: Like, weight: Like) -> Tensor:
    """x where x > 0, else weight·x        x (N, C, …), weight (C,) or (1,)"""
    t, slopes = fractional(x), as_tensor(weight)
    channels = t.shape[1] if t.ndim > 1 else 1
    if slopes.shape not in ((1,), (channels,)):
        raise ValueError(f"prelu expects one slope, or one for each of the {channels} channels; got {slopes.shape}")
    if slopes.size > 1:
        slopes = slopes.reshape(-1, *(1,) * (t.ndim - 2))
    return apply(rules.prelu, t, slopes)


def glu(x: Like, axis: int | None = None, *, dim: int | None = None) -> Tensor:
    """a·σ(b), a and b the two halves of x along an axis (PyTorch says `dim`), the last unless told otherwise

    Dauphin et al., 2016 (arXiv 1612.08083).
    """
    if axis is not None and dim is not None:
        raise TypeError(f"glu expects axis or dim, which mean the same; got axis={axis!r} and dim={dim!r}")
    axis = next((given for given in (axis, dim) if given is not None), -1)
    t = fractional(x)
    place = rules.one_axis("glu", axis, t.shape)
    half, odd = divmod(t.shape[place], 2)
    if odd:
        raise ValueError(
            f"glu expects an even length along axis {axis}, to cut it into halves; got {t.shape}: "
            "let the layer before it give twice as many numbers as you want"
        )
    before = (slice(None),) * place
    return t[(*before, slice(0, half))] * apply(rules.sigmoid, t[(*before, slice(half, None))])

"""Pictures in another size: each new pixel is one of the old ones, or a mixture of its neighbours."""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache

import numpy as np

from zerokara import rules
from zerokara.arguments import short
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, apply, as_tensor
from zerokara.functional.shared import Like, fractional

NEAREST: dict[str, Callable[[int, Fraction], int]] = {
    "nearest": lambda i, ratio: math.floor(i * ratio),
    "nearest-exact": lambda i, ratio: math.floor((i + Fraction(1, 2)) * ratio),
}
"""Which old pixel the new pixel i is; `ratio` is how many old pixels go into a new one."""

LINEAR = {"linear": 1, "bilinear": 2}
"""How many axes of pixels each of these modes is for."""


def interpolate(
    x: Like,
    size: int | Sequence[int] | None = None,
    scale_factor: float | Sequence[float] | None = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
) -> Tensor:
    """(N, C, L) or (N, C, H, W) with other numbers of pixels: `size`, or ⌊H·scale_factor⌋ and so on

    "nearest": y[i] = x[⌊i·r⌋], r = H/H' (or 1/scale_factor); "nearest-exact": x[⌊(i + ½)·r⌋].
    "linear" (of rows) and "bilinear" (of images): with s = max((i + ½)·r − ½, 0), between the pixels ⌊s⌋ and ⌊s⌋ + 1 in
    the proportion of their distances. With `align_corners` s = i·(H − 1)/(H' − 1), so that corners fall on corners.
    """
    t = as_tensor(x)
    if t.ndim not in (3, 4):
        raise ValueError(
            f"interpolate expects (N, C, L) or (N, C, H, W); got {t.shape}: bring it there with x.reshape(…)"
        )
    if mode not in NEAREST and LINEAR.get(mode) != t.ndim - 2:
        suits = [name for name, axes in LINEAR.items() if axes == t.ndim - 2]
        raise ValueError(f"interpolate of {t.shape} knows the modes {', '.join([*NEAREST, *suits])}; got {short(mode)}")
    if mode in NEAREST and align_corners is not None:
        raise ValueError(f"align_corners is for the modes {' and '.join(LINEAR)}; got mode={mode!r}")
    plan = _plan(t, size, scale_factor)
    if mode in NEAREST:
        return _nearest(t, plan, mode)
    for axis, (after, ratio) in enumerate(plan, 2):
        before = t.shape[axis]
        if after != before or ratio != 1:
            weights = _mixture(before, after, ratio, bool(align_corners), fractional(t).dtype.char)
            t = _mixed(fractional(t), axis, weights)
    return t


def _plan(
    t: Tensor, size: int | Sequence[int] | None, factor: float | Sequence[float] | None
) -> list[tuple[int, Fraction]]:
    """For each axis of pixels: how many there will be, and how many old ones go into a new one."""
    if (size is None) == (factor is None):
        raise ValueError("interpolate expects either size or scale_factor")
    pixels = t.shape[2:]
    given = size if factor is None else factor
    each = list(given) if isinstance(given, Sequence) else [given] * len(pixels)
    if len(each) != len(pixels):
        raise ValueError(f"interpolate of {t.shape} expects one number or {len(pixels)}; got {short(given)}")
    if factor is None:
        after = list(rules.new_shape("interpolate", each))
        plan = [(m, Fraction(n, m)) for n, m in zip(pixels, after, strict=True) if m > 0]
    else:
        if not all(isinstance(f, int | float | np.number) and 0 < f < math.inf for f in each):
            raise ValueError(f"interpolate expects a scale_factor above 0; got {short(factor)}")
        after = [math.floor(n * float(f)) for n, f in zip(pixels, each, strict=True)]  # type: ignore[arg-type]
        plan = [(m, 1 / Fraction(float(f))) for m, f in zip(after, each, strict=True)]  # type: ignore[arg-type]
    if min(*pixels, *after) < 1:
        raise ValueError(
            f"interpolate expects pixels, and a size of at least 1; got {t.shape} and {tuple(after)}: "
            "take larger images, or a larger size"
        )
    return plan


def _nearest(t: Tensor, plan: list[tuple[int, Fraction]], mode: str) -> Tensor:
    """Pixels repeated along the axes whose new size is a multiple of the old one, and picked along the others."""
    factors = [_factor(before, *axis) for before, axis in zip(t.shape[2:], plan, strict=True)]
    if any(k > 1 for k in factors):
        t = apply(rules.upsample_nearest, t, factors=tuple(k or 1 for k in factors))
    for axis, (after, ratio) in enumerate(plan, 2):
        if not factors[axis - 2]:
            places = np.array([min(NEAREST[mode](i, ratio), t.shape[axis] - 1) for i in range(after)])
            t = apply(rules.getitem, t, index=(*(slice(None),) * axis, places))
    return t


def _factor(before: int, after: int, ratio: Fraction) -> int:
    """How often every old pixel is repeated; 0 if not all are equally often."""
    return after // before if ratio == Fraction(before, after) and after % before == 0 else 0


def _mixed(t: Tensor, axis: int, weights: Array) -> Tensor:
    """weights (new, old) times t, along one axis."""
    if axis == t.ndim - 1:
        return apply(rules.matmul, t, np.ascontiguousarray(weights.T))
    return apply(rules.matmul, weights, t)


@lru_cache(maxsize=64)
def _mixture(before: int, after: int, ratio: Fraction, align_corners: bool, dtype: str) -> Array:
    """(new, old): how much each old pixel adds to each new one."""
    weights = np.zeros((after, before))
    for i in range(after):
        if align_corners:
            place = Fraction(i * (before - 1), after - 1) if after > 1 else Fraction(0)
        else:
            place = max((i + Fraction(1, 2)) * ratio - Fraction(1, 2), Fraction(0))
        first = min(math.floor(place), before - 1)
        share = float(min(place - first, Fraction(1)))
        weights[i, first] += 1 - share
        weights[i, min(first + 1, before - 1)] += share
    found = weights.astype(dtype)
    found.flags.writeable = False
    return found

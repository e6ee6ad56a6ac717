"""The same numbers, arranged otherwise."""

from collections.abc import Sequence
from typing import Any

from zerokara import rules
from zerokara.autodiff import Tensor, apply, as_tensor, joining
from zerokara.autodiff.promotion import alike
from zerokara.functional.shared import Like


def clone(x: Like) -> Tensor:
    """A copy"""
    return as_tensor(x).clone()


def reshape(x: Like, shape: tuple[int, ...]) -> Tensor:
    """The same numbers in another shape"""
    return as_tensor(x).reshape(shape)


def transpose(x: Like, axes: tuple[int, ...] | None = None) -> Tensor:
    """Axes in another order; all reversed by default"""
    t = as_tensor(x)
    return t.permute(*axes) if axes else t.T


def broadcast_to(x: Like, shape: tuple[int, ...]) -> Tensor:
    """The numbers repeated to fill a larger shape"""
    return as_tensor(x).broadcast_to(shape)


def flatten(x: Like, start_axis: int = 1) -> Tensor:
    """All axes from `start_axis` on become one: (N, C, H, W) → (N, C·H·W)"""
    return as_tensor(x).flatten(start_axis)


def getitem(x: Like, index: Any) -> Tensor:
    """x[index]"""
    return as_tensor(x)[index]


def concatenate(xs: Sequence[Like], axis: int = 0) -> Tensor:
    """Tensors one after another along an axis"""
    return apply(rules.concatenate, *alike(*(as_tensor(x) for x in xs)), axis=axis)


def stack(xs: Sequence[Like], axis: int = 0) -> Tensor:
    """Tensors of one shape side by side along a new axis"""
    return joining.stack(xs, axis)

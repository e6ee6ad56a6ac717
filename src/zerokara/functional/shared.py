"""What the functions of the catalogue share: types, shapes of images, reductions of losses."""

from typing import Any

import numpy as np

from zerokara.arguments import counted, short
from zerokara.arrays import Shape
from zerokara.autodiff import Tensor, as_tensor
from zerokara.autodiff.promotion import converted, floating

Like = Any
"""A tensor, an array or a number."""

Size = int | tuple[int, int]


def pair(size: Size) -> tuple[int, int]:
    """3 → (3, 3): rows and columns alike unless both are given."""
    if isinstance(size, int | np.integer):
        return int(size), int(size)
    rows, columns = size
    return int(rows), int(columns)


def fractional(x: Like) -> Tensor:
    """A tensor of fractions: integers and bools become float32."""
    t = as_tensor(x)
    return t if t.dtype.kind == "f" else t.astype(np.float32)


def fractions(x: Tensor, weight: Like | None, bias: Like | None) -> tuple[Any, Any, Any]:
    """What goes into a layer in one type, a fractional one: integers become float32, or what the weights are."""
    own = x.dtype
    if own.kind == "f" and (weight is None or weight.dtype is own) and (bias is None or bias.dtype is own):
        return x, weight, bias
    given = [t for t in (x, weight, bias) if t is not None]
    dtype = next(t for t in floating(*given)).dtype
    return tuple(None if t is None else converted(t, dtype) for t in (x, weight, bias))  # type: ignore[return-value]


def images(name: str, x: Like) -> Tensor:
    """(N, C, H, W), or an error that names the function."""
    t = as_tensor(x)
    if t.ndim != 4:
        raise ValueError(f"{name} expects (N, C, H, W) images; got {t.shape}: {towards(t.shape, 4)}")
    return t


def towards(shape: Shape, axes: int, channels: int | None = None, setting: str = "") -> str:
    """What to do with an array of this shape where images (N, C, H, W), of 4 axes, or rows (N, C, L) are expected.

    `channels`: how many there have to be, since a layer was made so with this `setting`; None: any number.
    """
    if len(shape) == axes:
        if shape[-1] == channels:
            return f"put the channels second with x.permute({', '.join(map(str, (0, axes - 1, *range(1, axes - 1))))})"
        return f"make it with {setting}={shape[1]}, or give it {counted(channels or 1, 'channel')}"
    if len(shape) == axes - 1 and channels in (None, shape[0]):
        other = "" if channels else ", or x[:, None] one channel"
        return f"make a batch of one of it with x[None]{other}"
    if len(shape) == axes - 1 and channels == 1:
        return "give it an axis of channels with x[:, None]"
    return f"bring it into this shape with x.reshape(N, {channels or 'C'}, {'H, W' if axes == 4 else 'L'})"


def as_images(x: Tensor) -> Tensor:
    """(N, C, L) → (N, C, 1, L)"""
    return x.reshape(*x.shape[:2], 1, x.shape[2])


def as_rows(y: Tensor) -> Tensor:
    """(N, C, 1, L) → (N, C, L)"""
    return y.reshape(*y.shape[:2], y.shape[3])


def same_shape(name: str, y: Tensor, t: Like) -> Tensor:
    """The target in the dtype of y; never broadcast: (N,) against (N, 1) would silently give an N×N table."""
    target = as_tensor(t)
    if target.shape != y.shape:
        if target.size == y.size:
            advice = f"use target.reshape{y.shape}, if its numbers are in this order"
        else:
            advice = "give one target for each score"
        raise ValueError(
            f"{name}: the target must have the shape of the scores {y.shape}; got {target.shape}: {advice}"
        )
    return target if target.dtype == y.dtype else target.astype(y.dtype)


def reduced(losses: Tensor, reduction: str) -> Tensor:
    """The mean of the losses, their sum, all of them, or for "batchmean" their sum for each sample, its mean."""
    if reduction == "mean":
        return losses.mean()
    if reduction == "sum":
        return losses.sum()
    if reduction == "none":
        return losses
    if reduction == "batchmean":
        return losses.sum(axis=tuple(range(1, losses.ndim))).mean() if losses.ndim > 1 else losses.mean()
    raise ValueError(f"reduction is 'mean', 'sum', 'none' or 'batchmean'; got {short(reduction)}")

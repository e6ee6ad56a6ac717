"""Checking the sizes that a layer is built with and the shapes that come in: errors that speak."""

import operator
from typing import Any

import numpy as np

from zerokara.arguments import counted, short
from zerokara.arrays import Shape
from zerokara.functional.shared import towards

Pair = tuple[int, int]


def whole(layer: str, name: str, value: Any, least: int = 1) -> int:
    """`value` as an int of at least `least`, or an error that names the layer and the setting."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{layer} expects a whole number for {name}; got {short(value)}") from None
    if number < least:
        raise ValueError(f"{layer} expects {name} of at least {least}; got {short(value)}")
    return number


def pair(layer: str, name: str, value: Any, least: int = 1) -> Pair:
    """(rows, columns) from one number for both or a pair."""
    if not isinstance(value, tuple | list):
        number = whole(layer, name, value, least)
        return number, number
    if len(value) != 2:
        raise ValueError(f"{layer} expects one number or (rows, columns) for {name}; got {short(value)}")
    return whole(layer, name, value[0], least), whole(layer, name, value[1], least)


def expect_images(layer: str, shape: Shape, channels: int | None = None, setting: str = "") -> None:
    """Refuse what is not (N, C, H, W), or has another number of channels than the layer's `setting` says."""
    if len(shape) == 4 and channels in (None, shape[1]):
        return
    raise ValueError(
        f"{layer} expects (N, {'C' if channels is None else channels}, H, W) images; "
        f"got {shape}: {_why(setting, channels)}{towards(shape, 4, channels, setting)}"
    )


def expect_dtype(layer: str, given: np.dtype[Any], own: np.dtype[Any]) -> None:
    """Refuse numbers of another type than the layer's own, which would be converted in silence at every step."""
    if given != own:
        model = f", or the model with .astype({str(given)!r})" if np.issubdtype(given, np.floating) else ""
        raise TypeError(
            f"{layer} computes in {own}, the type of its weight; got {given} inputs: "
            f"convert them with .astype({str(own)!r}){model}"
        )


def chosen_axis(layer: str, axis: int | None, dim: int | None, usual: int) -> int:
    """The axis under either of its names, NumPy's and PyTorch's; `usual` where neither is given."""
    if axis is not None and dim is not None:
        raise TypeError(
            f"{layer} expects axis or dim, which mean the same; got axis={short(axis)} and dim={short(dim)}"
        )
    given = dim if axis is None else axis
    return usual if given is None else given


def expect_rows(layer: str, shape: Shape, channels: int | None = None, setting: str = "") -> None:
    """Refuse what is not (N, C, L), or has another number of channels than the layer's `setting` says."""
    if len(shape) == 3 and channels in (None, shape[1]):
        return
    raise ValueError(
        f"{layer} expects (N, {'C' if channels is None else channels}, L) rows; "
        f"got {shape}: {_why(setting, channels)}{towards(shape, 3, channels, setting)}"
    )


def _why(setting: str, channels: int | None) -> str:
    return "" if channels is None else f"this layer has {setting}={channels}; "


def another_width(shape: Shape, setting: str, width: int) -> str:
    """What to do where the last axis has another length than the layer's `setting`."""
    if not shape:
        return f"give it an axis of {width} numbers"
    return f"make it with {setting}={shape[-1]}, or give it {width} numbers along the last axis"


def another_number(shape: Shape, setting: str, count: int) -> str:
    """What to do where (N, C, …) has other channels than the layer's `setting`."""
    if len(shape) < 2:
        return f"make a batch of it with x.reshape(-1, {count})"
    return f"make it with {setting}={shape[1]}, or give it {counted(count, 'channel')}"


def expected_width(shape: Shape, axes: tuple[int, ...], setting: str, width: int) -> str:
    """What to do where x has another number of axes than these, or another last length than the layer's `setting`."""
    if len(shape) in axes:
        return another_width(shape, setting, width)
    return f"bring it into one of these shapes with x.reshape(…, {width})"

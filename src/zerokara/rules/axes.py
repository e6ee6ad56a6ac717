"""Which axes are meant: whole numbers of any kind, negative ones counted from the end."""

import operator
from typing import Any

import numpy as np

from zerokara.arrays import Shape

Axis = int | tuple[int, ...] | None


def one_axis(name: str, axis: Any, shape: Shape) -> int:
    """The place 0 … ndim−1 of an axis of an array of this shape; `name` is who asks."""
    n, place = len(shape), _whole(name, axis)
    if not -n <= place < n:
        expected = f"an axis from {-n} to {n - 1}" if n else "an array with axes"
        advice = "" if n else ": give it one with x.reshape(1)"
        raise np.exceptions.AxisError(
            f"{name} expects {expected}; got axis {place} for the shape {tuple(shape)}{advice}"
        )
    return place % n


def several_axes(name: str, axis: Axis, shape: Shape) -> tuple[int, ...]:
    """The places of the axes that are reduced, in order; None means all.

    An array without axes counts as one of a single number: as in PyTorch, its axis 0 (or −1) may be named, which says
    nothing.
    """
    if axis is None:
        return tuple(range(len(shape)))
    if type(axis) is int and shape:
        return (one_axis(name, axis, shape),)
    given = tuple(axis) if isinstance(axis, tuple | list) else (axis,)
    if not shape:
        for a in given:
            one_axis(name, a, (1,))
        return ()
    places = tuple(one_axis(name, a, shape) for a in given)
    if len(set(places)) != len(places):
        raise ValueError(f"{name} expects every axis once; got {given} for the shape {tuple(shape)}")
    return places if len(places) == 1 else tuple(sorted(places))


def every_axis(name: str, axes: tuple[int, ...], shape: Shape) -> tuple[int, ...]:
    """The places of all axes in a new order."""
    places = tuple(one_axis(name, a, shape) for a in axes)
    if sorted(places) != list(range(len(shape))):
        raise ValueError(f"{name} expects each of the {len(shape)} axes of {tuple(shape)} once; got {tuple(axes)}")
    return places


def new_shape(name: str, shape: Any) -> Shape:
    """A shape whose lengths are Python's whole numbers."""
    given = shape if isinstance(shape, tuple | list) else (shape,)
    return tuple(_whole(name, length, "lengths that are whole numbers") for length in given)


def kept_shape(shape: Shape, axes: tuple[int, ...]) -> Shape:
    """The shape after reducing `axes` with keepdims: (2, 3, 4) over axis 1 → (2, 1, 4)."""
    return tuple(1 if i in axes else n for i, n in enumerate(shape))


def dropped_shape(shape: Shape, axes: tuple[int, ...]) -> Shape:
    """The shape after reducing `axes`: (2, 3, 4) over axis 1 → (2, 4)."""
    return tuple(n for i, n in enumerate(shape) if i not in axes)


def _whole(name: str, number: Any, wanted: str = "a whole number as axis") -> int:
    if type(number) is int:
        return number
    if not isinstance(number, bool | np.bool_):
        try:
            return operator.index(number)
        except TypeError:
            pass
    raise TypeError(f"{name} expects {wanted}; got {in_short(number)}") from None


def whole_number(name: str, number: Any, wanted: str) -> int:
    """A whole number of any kind as Python's; TypeError in words for anything else."""
    return _whole(name, number, wanted)


def in_short(value: Any) -> str:
    """What something is, in one line that can be read."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else text[:57] + "…"


def index_refusal(shape: Shape, index: Any) -> IndexError:
    """What is said of an index that names no places of a tensor."""
    return IndexError(
        f"an index into a tensor of shape {shape} is made of whole numbers within its axes, slices, and arrays of "
        f"whole numbers or of bools; got {in_short(index)}"
    )

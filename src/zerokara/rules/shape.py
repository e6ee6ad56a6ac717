"""The same numbers in another arrangement."""

from itertools import accumulate
from typing import Any

import numpy as np

from zerokara import kernels
from zerokara.arrays import Array, Shape
from zerokara.rules.axes import every_axis, index_refusal, new_shape, one_axis
from zerokara.rules.rule import Pullback, Ruled


def clone(x: Array) -> Ruled:
    """A copy        ∂L/∂x = g"""
    return np.copy(x), (lambda g: g,)


def reshape(x: Array, *, shape: Shape) -> Ruled:
    """The same numbers in another shape        ∂L/∂x = g in the shape of x"""
    wanted = new_shape("reshape", shape)
    try:
        y = np.reshape(x, wanted)
    except ValueError:
        raise ValueError(f"reshape: {x.size} numbers of shape {x.shape} do not fit the shape {wanted}") from None
    return y, (lambda g: np.reshape(g, x.shape),)


def transpose(x: Array, *, axes: tuple[int, ...]) -> Ruled:
    """Axes in another order        ∂L/∂x = g with the axes put back"""
    order = every_axis("transpose", axes, x.shape)
    back = tuple(order.index(i) for i in range(len(order)))
    return np.transpose(x, order), (lambda g: np.transpose(g, back),)


def broadcast_to(x: Array, *, shape: Shape) -> Ruled:
    """The numbers repeated to fill a larger shape        ∂L/∂x = g, summed over the repeats by the engine"""
    wanted = new_shape("broadcast_to", shape)
    try:
        y = np.broadcast_to(x, wanted)
    except ValueError:
        raise ValueError(
            f"broadcast_to: the shape {x.shape} cannot be repeated to {wanted}: "
            "counted from the last, its axes must be equal or 1"
        ) from None
    return y, (lambda g: g,)


def getitem(x: Array, *, index: Any) -> Ruled:
    """x[index]        g goes back to the places it was taken from; places taken twice get both

    Slices and whole numbers show the memory of x, a single number too.
    """
    try:
        y = x[_shown(index, x.ndim)]
    except IndexError as error:
        raise index_refusal(x.shape, index) from error
    return y, (lambda g: kernels.scatter(g, index, x.shape),)


def _shown(index: Any, ndim: int) -> Any:
    """The index, with "…" where it names one number: so that NumPy shows it, instead of copying it."""
    parts = index if type(index) is tuple else (index,)
    whole = len(parts) == ndim and all(type(part) is int or isinstance(part, np.integer) for part in parts)
    return (*parts, ...) if whole else index


def scatter(g: Array, *, index: Any, shape: Shape) -> Ruled:
    """Zeros of `shape` with g added at index        ∂L/∂g = (incoming gradient)[index]"""
    return kernels.scatter(g, index, shape), (lambda v: v[index],)


def concatenate(*xs: Array, axis: int) -> Ruled:
    """Arrays one after another along an axis        each input gets its own part of g"""
    shapes = [tuple(x.shape) for x in xs]
    if not xs or () in shapes:
        raise ValueError(f"concatenate expects at least one array, all with axes; got {shapes}: use stack for numbers")
    place = one_axis("concatenate", axis, shapes[0])
    if len({(len(s), s[:place], s[place + 1 :]) for s in shapes}) > 1:
        raise ValueError(f"concatenate expects shapes that are equal except along axis {axis}; got {shapes}")
    ends = list(accumulate(s[place] for s in shapes))
    return np.concatenate(xs, axis=place), tuple(
        _part(place, end - s[place], end) for s, end in zip(shapes, ends, strict=True)
    )


def _part(axis: int, start: int, stop: int) -> Pullback:
    return lambda g: g[(slice(None),) * axis + (slice(start, stop),)]

"""The same numbers in another arrangement."""

from typing import Any

import numpy as np

from zerokara import kernels
from zerokara.arrays import Array, Shape
from zerokara.rules.rule import Pullback, Ruled


def reshape(x: Array, *, shape: Shape) -> Ruled:
    """The same numbers in another shape        ∂L/∂x = g in the shape of x"""
    return np.reshape(x, shape), (lambda g: np.reshape(g, x.shape),)


def transpose(x: Array, *, axes: tuple[int, ...]) -> Ruled:
    """Axes in another order        ∂L/∂x = g with the axes put back"""
    back = tuple(int(i) for i in np.argsort(axes))
    return np.transpose(x, axes), (lambda g: np.transpose(g, back),)


def broadcast_to(x: Array, *, shape: Shape) -> Ruled:
    """The numbers repeated to fill a larger shape        ∂L/∂x = g, summed over the repeats by the engine"""
    return np.broadcast_to(x, shape), (lambda g: g,)


def getitem(x: Array, *, index: Any) -> Ruled:
    """x[index]        g goes back to the places it was taken from; places taken twice get both"""
    return x[index], (lambda g: kernels.scatter(g, index, x.shape),)


def scatter(g: Array, *, index: Any, shape: Shape) -> Ruled:
    """Zeros of `shape` with g added at index        ∂L/∂g = (incoming gradient)[index]"""
    return kernels.scatter(g, index, shape), (lambda v: v[index],)


def concatenate(*xs: Array, axis: int) -> Ruled:
    """Arrays one after another along an axis        each input gets its own part of g"""
    ends = np.cumsum([x.shape[axis] for x in xs])
    return np.concatenate(xs, axis=axis), tuple(
        _part(axis, int(end) - x.shape[axis], int(end)) for x, end in zip(xs, ends, strict=True)
    )


def _part(axis: int, start: int, stop: int) -> Pullback:
    return lambda g: g[(slice(None),) * (axis % g.ndim) + (slice(start, stop),)]

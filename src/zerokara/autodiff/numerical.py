"""Derivatives by differences: slow, approximate, and obviously right. They check the fast and exact ones.

All of it is done in float64: with h = 1e-4, the differences of a float32 drown in rounding.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from zerokara.arrays import Array, generator
from zerokara.autodiff.gradients import gradients
from zerokara.autodiff.tensor import Tensor


def numerical_diff(f: Callable[[float], Any], x: float, h: float = 1e-4) -> float:
    """The slope of a function of one number, by the central difference: (f(x+h) − f(x−h)) / 2h. Book §4.3.1."""
    x = float(x)
    return (_number(f(x + h)) - _number(f(x - h))) / (2 * h)


def numerical_gradient(f: Callable[[Array], Any], x: Any, h: float = 1e-4) -> Array:
    """The gradient of f: array → number, each coordinate by the central difference with h. Book §4.4.

    Integers are converted first: 3 + 1e-4 must not be cut to 3. Works for any shape. The input is not changed.
    """
    point = np.array(x._data if isinstance(x, Tensor) else x, dtype=np.float64)
    slope = np.empty_like(point)
    for i in np.ndindex(point.shape):
        here = point[i]
        point[i] = here + h
        above = _number(f(point.copy()))
        point[i] = here - h
        below = _number(f(point.copy()))
        point[i] = here
        slope[i] = (above - below) / (2 * h)
    return slope


def check_gradients(
    f: Callable[..., Tensor], *inputs: Any, h: float = 1e-6, rtol: float = 1e-5, atol: float = 1e-7, directions: int = 3
) -> None:
    """Compare back-propagated with numerical gradients of f at the inputs; AssertionError where they differ.

    For a random v of the shape of y = f(*inputs), the back-propagated Jᵀv is compared with central differences along
    random directions u: ⟨Jᵀv, u⟩ = (⟨v, f(x+hu)⟩ − ⟨v, f(x−hu)⟩) / 2h. One direction sees every entry of the Jacobian
    at once, so a wrong factor anywhere shows, at the price of two evaluations instead of two a number.

    Inputs are arrays or numbers, taken as float64; f gets tensors and must be smooth at the point.
    """
    points = [np.array(x._data if isinstance(x, Tensor) else x, dtype=np.float64) for x in inputs]
    rng = generator(0, "check_gradients")
    tensors = [Tensor(p.copy(), requires_grad=True) for p in points]
    y = f(*tensors)
    v = rng.standard_normal(y.shape)
    pulled = gradients(y, tensors, gradient=v) if y.requires_grad else [np.zeros(p.shape) for p in points]

    def along(k: int, u: Array, size: float) -> float:
        moved = [Tensor(p + size * u if i == k else p.copy(), requires_grad=True) for i, p in enumerate(points)]
        return float(np.sum(v * f(*moved).data))

    for k, point in enumerate(points):
        for _ in range(directions):
            u = rng.standard_normal(point.shape)
            numerical = (along(k, u, h) - along(k, u, -h)) / (2 * h)
            back = float(np.sum(pulled[k] * u))
            scale = float(np.linalg.norm(pulled[k]) * np.linalg.norm(u))
            if not abs(numerical - back) <= atol + rtol * max(abs(numerical), scale):
                raise AssertionError(
                    f"input {k} of shape {point.shape}: back-propagation gives {back:.9g} along a random direction, "
                    f"the central difference {numerical:.9g} (difference {abs(numerical - back):.2g})"
                )


def _number(y: Any) -> float:
    value = np.asarray(y._data if isinstance(y, Tensor) else y)
    if value.size != 1:
        raise ValueError(
            f"a numerical derivative needs a function with one number as its value; got shape {value.shape}"
        )
    return float(value.reshape(()))

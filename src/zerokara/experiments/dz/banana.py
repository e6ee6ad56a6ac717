"""Rosenbrock's banana, its derivatives by backpropagation and by hand, and ways through its valley."""

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import Tensor, gradients, hessian, tensor
from zerokara.capture import capture
from zerokara.experiments.lab import Lab
from zerokara.optim import optimizer_by_name


def banana(w: Tensor) -> Tensor:
    """100(y − x²)² + (x − 1)²"""
    x, y = w[0], w[1]
    return 100 * (y - x * x) ** 2 + (x - 1) ** 2


def slopes(w: Array) -> Array:
    """∇f by backpropagation."""
    at = tensor(w, requires_grad=True)
    return gradients(banana(at), [at])[0]  # type: ignore[no-any-return]


def walk(lab: Lab, name: str, start: Array, lr: float, steps: int) -> Array:
    """The way of an optimizer, (steps + 1, 2). Plan `steps` steps in the lab before."""
    w = tensor(start, requires_grad=True)
    optimizer = optimizer_by_name(name, [w], lr=lr)

    @capture
    def step() -> Tensor:
        optimizer.zero_grad()
        f = banana(w)
        f.backward()
        optimizer.step()
        return f

    way = [w.data.copy()]
    with np.errstate(all="ignore"):  # a step that is too large flies away
        for _ in lab.steps(steps):
            step()
            way.append(w.data.copy())
    return np.array(way)


def walk_by_newton(start: Array, steps: int) -> Array:
    """The way of Newton's method, w ← w − H⁻¹∇f, (steps + 1, 2)."""
    way = [start]
    for _ in range(steps):
        way.append(way[-1] - np.linalg.solve(hessian(banana, way[-1]), slopes(way[-1])))
    return np.array(way)


def distance(way: Array) -> Array:
    """From (1, 1); infinite where a way flew away."""
    with np.errstate(all="ignore"):
        return np.asarray(np.nan_to_num(np.linalg.norm(way - 1, axis=1), nan=np.inf, posinf=np.inf))


def seen(way: Array) -> Array:
    """Some sixty places of a way, those that lie within the picture; all of a short one."""
    some = way if len(way) <= 100 else way[np.unique(np.geomspace(1, len(way), 60).astype(int) - 1)]
    return np.asarray(some[np.isfinite(some).all(axis=1) & (np.abs(some) < 3).all(axis=1)])


def slopes_by_hand(x: float, y: float) -> Array:
    """∇f, written out."""
    return np.array([-400 * x * (y - x * x) + 2 * (x - 1), 200 * (y - x * x)])


def newton_by_hand(x: float, y: float) -> Array:
    """Where a step of Newton's method leads, with the derivatives written out."""
    curvature = np.array([[1200 * x * x - 400 * y + 2, -400 * x], [-400 * x, 200.0]])
    step: Array = np.array([x, y]) - np.linalg.solve(curvature, slopes_by_hand(x, y))
    return step

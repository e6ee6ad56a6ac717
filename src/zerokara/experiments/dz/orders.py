"""What the experiments on higher derivatives share: formulas in x, and their derivatives of any order."""

from collections.abc import Callable, Sequence

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import Tensor, gradients
from zerokara.experiments.ch05.expressions import compute, variables
from zerokara.experiments.ch05.graphs import leaf

Function = Callable[[Tensor], Tensor]


def expect_formula(expression: str, names: Sequence[str] = ("x",)) -> None:
    """A formula in x, or in all of `names`, and nothing else; a ValueError says what is not understood."""
    found = variables(expression)
    if sorted(found) != sorted(names):
        wanted, told = " and ".join(names), ", ".join(found) or "none"
        raise ValueError(f"a formula in {wanted} is expected; {expression!r} has the variables {told}")
    with np.errstate(all="ignore"):
        compute(expression, {name: leaf(1.0) for name in names})


def of_formula(expression: str) -> Function:
    """The formula as a function of a tensor."""
    return lambda x: compute(expression, {"x": x})


def of_two(expression: str) -> Callable[[Tensor, Tensor], Tensor]:
    """The formula as a function of two tensors, x and y."""
    return lambda x, y: compute(expression, {"x": x, "y": y})


def derivatives(f: Function, x: Array, order: int) -> list[Array]:
    """f, f′, f″, … of each number in x, the first of them values. Each is recorded while it is computed.

    The sum over x has, for each x, the derivative of its own value: numbers that stand side by side do not meet.
    """
    at = leaf(x)
    y = f(at)
    found = [y.data]
    for _ in range(order):
        (y,) = gradients(y.sum(), [at], create_graph=True)
        found.append(np.broadcast_to(y.data, at.shape))
    return found


def newton(f: Function, x: float, steps: int) -> Array:
    """The way x ← x − f′(x)/f″(x), from x on; it ends early where f″ is 0."""
    way = [x]
    for _ in range(steps):
        _, first, second = (float(d) for d in derivatives(f, np.array(way[-1]), 2))
        if second == 0:
            break
        way.append(way[-1] - first / second)
    return np.array(way)

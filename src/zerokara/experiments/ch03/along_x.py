"""Experiments on a function of one number, seen along the x axis as the book draws it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import Tensor, gradients
from zerokara.experiments.base import Experiment, knob


@dataclass(frozen=True)
class AlongX(Experiment):
    """Points x from `low` up to, but without, `high`."""

    low: float = knob(-5.0, "where x begins", "x の始まり", low=-1000, high=1000)
    high: float = knob(5.0, "where x ends (not included)", "x の終わり（含まない）", low=-1000, high=1000)
    step: float = knob(0.1, "distance of two points", "点の間隔", low=1e-4, high=1000)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.low < self.high:
            raise ValueError(f"low is less than high; got {self.low:g} and {self.high:g}")
        if (self.high - self.low) / self.step > 100_000:
            raise ValueError("so small a step gives more than 100,000 points; make it larger")

    @property
    def x(self) -> Array:
        """The points."""
        return np.arange(self.low, self.high, self.step)


def slope(f: Callable[[Tensor], Tensor], x: Array) -> Array:
    """f′ at every x, by backpropagation."""
    at = Tensor(np.array(x, dtype=np.float64), requires_grad=True)
    (found,) = gradients(f(at).sum(), [at])
    return np.asarray(found)

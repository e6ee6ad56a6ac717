"""Two trainings in step from the same seed: what one change does."""

from __future__ import annotations

import numpy as np

from zerokara.arrays import Array
from zerokara.studio.plane.steering import Plan, Steered
from zerokara.studio.plane.surfaces import surfaces


class Pair:
    """`first` and `second` are always at the same step, unless one of them has diverged."""

    def __init__(self, first: Plan, second: Plan) -> None:
        self.first, self.second = Steered(first), Steered(second)

    def update(self, count: int = 1) -> None:
        """So many updates of both."""
        for training in (self.first, self.second):
            training.update(count)

    def go_to(self, step: int) -> None:
        """Both at a step that was made before."""
        for training in (self.first, self.second):
            training.go_to(min(step, len(training.curve)))

    def difference(self) -> Array:
        """(GRID, GRID): how far the two answers lie apart at every place; of classes half of Σ|p − q|, 0 to 1."""
        one, other = surfaces(self.first).answer, surfaces(self.second).answer
        if one.shape != other.shape:
            raise ValueError(
                f"answers of the same kind can be compared; got {one.shape[2]} and {other.shape[2]} of them"
            )
        apart: Array = np.abs(one - other).sum(axis=2)
        if one.shape[2] > 1:
            apart /= 2
        return apart

"""Two trainings in step: the same seed, one knob apart."""

from __future__ import annotations

import numpy as np

from zerokara.arrays import Array
from zerokara.studio.plane.points import Points
from zerokara.studio.plane.spec import Spec
from zerokara.studio.plane.surfaces import Grid
from zerokara.studio.plane.training import Training


class Pair:
    """left and right make their updates in turn, on the same batches where seed, points and batch are the same."""

    def __init__(self, left: Spec, right: Spec, points: Points) -> None:
        self.left, self.right = Training(left, points), Training(right, points)

    def play(self, steps: int) -> tuple[float, float]:
        """So many updates each; the loss of the last of each."""
        return self.left.play(steps), self.right.play(steps)

    def rewind(self, step: int) -> None:
        """Both to the same step."""
        for training in (self.left, self.right):
            training.rewind(step)

    @property
    def knobs(self) -> dict[str, tuple[object, object]]:
        """What the two were told otherwise: name → (left, right)."""
        a, b = vars(self.left.spec), vars(self.right.spec)
        return {name: (a[name], b[name]) for name in a if a[name] != b[name]}

    def first_difference(self) -> int | None:
        """The first step in which the losses differ, bit for bit; None as long as they do not."""
        a, b = self.left.curve.loss, self.right.curve.loss
        differ = np.flatnonzero(a[: len(b)] != b[: len(a)])
        return int(differ[0]) if len(differ) else None

    def difference(self, side: int = 100) -> Array:
        """(outputs, side, side): the scores of the left less those of the right, over the plane."""
        left, right = (Grid(t.spec, side).scores(t.model) for t in (self.left, self.right))
        return np.asarray(left - right)

"""The loss of every step, kept as it comes, and thinned for the eye."""

from __future__ import annotations

import numpy as np

from zerokara.arrays import Array


class Curve:
    """losses float32 and the shares of right answers, one of each a step; NaN where there are none."""

    def __init__(self) -> None:
        self._values = np.empty((1024, 2), np.float32)
        self._length = 0

    def __len__(self) -> int:
        return self._length

    @property
    def loss(self) -> Array:
        """(steps,): the loss of each step's batch, from before its update."""
        return self._values[: self._length, 0]

    @property
    def accuracy(self) -> Array:
        """(steps,): the share of right answers in each step's batch."""
        return self._values[: self._length, 1]

    def put(self, step: int, loss: float, accuracy: float) -> None:
        """The numbers of the step that leads from `step` to `step` + 1; one that is there already is the same again."""
        if step == len(self._values):
            self._values = np.concatenate([self._values, np.empty_like(self._values)])
        self._values[step] = loss, accuracy
        self._length = max(self._length, step + 1)

    def cut(self, step: int) -> Curve:
        """Take off all from `step` on and hand it over, NaN before."""
        rest = Curve()
        rest._values = self._values[: max(self._length, 1)].copy()
        rest._values[:step] = np.nan
        rest._length = self._length
        self._length = min(self._length, step)
        return rest

    def thinned(self, columns: int, start: int = 0, stop: int | None = None) -> Array:
        """(≤ columns, 3): for each column of pixels its first step, and the least and greatest loss in it."""
        if columns < 1:
            raise ValueError(f"a curve is drawn on at least 1 column; got {columns}")
        loss = self.loss[start:stop]
        if not len(loss):
            return np.empty((0, 3))
        edges = np.unique(np.linspace(0, len(loss), min(columns, len(loss)) + 1).astype(int))[:-1]
        with np.errstate(invalid="ignore"):
            least, greatest = np.fmin.reduceat(loss, edges), np.fmax.reduceat(loss, edges)
        return np.stack([edges + start, least, greatest], axis=1)

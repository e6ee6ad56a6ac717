"""What was seen on the way: a loss and an accuracy a step, and those of the test points an epoch."""

from __future__ import annotations

import numpy as np

from zerokara.arrays import Array


class Curve:
    """Step s stands at s − 1. A step that is computed again writes the same numbers again."""

    def __init__(self) -> None:
        self._values = np.zeros((1024, 2), np.float32)
        self._count = 0
        self._tests: dict[int, tuple[float, float]] = {}

    def __len__(self) -> int:
        return self._count

    def add(self, step: int, loss: float, accuracy: float | None) -> None:
        """The numbers of one step."""
        if step > len(self._values):
            self._values = np.concatenate([self._values, np.zeros_like(self._values)])
        self._values[step - 1] = loss, np.nan if accuracy is None else accuracy
        self._count = max(self._count, step)

    def test(self, step: int, loss: float | None, accuracy: float | None) -> None:
        """The numbers of the test points after a step."""
        if loss is not None:
            self._tests[step] = loss, np.nan if accuracy is None else accuracy

    @property
    def losses(self) -> Array:
        """One a step."""
        return self._values[: self._count, 0]

    @property
    def accuracies(self) -> Array:
        """One a step; NaN where there are none."""
        return self._values[: self._count, 1]

    @property
    def tests(self) -> Array:
        """Rows (step, loss, accuracy)."""
        return np.array([(s, *v) for s, v in sorted(self._tests.items())], np.float32).reshape(-1, 3)

    def until(self, step: int) -> Curve:
        """The curve up to a step, as one of its own."""
        part = Curve()
        part._values, part._count = self._values.copy(), step
        part._tests = {s: v for s, v in self._tests.items() if s <= step}
        return part

    def thinned(self, columns: int) -> Array:
        """(n, 4) float32: (last step, least loss, greatest loss, mean accuracy) of at most so many equal parts."""
        if not self._count:
            return np.zeros((0, 4), np.float32)
        width = -(-self._count // columns)
        starts = np.arange(0, self._count, width)
        ends = np.minimum(starts + width, self._count)
        least, greatest = np.minimum.reduceat(self.losses, starts), np.maximum.reduceat(self.losses, starts)
        mean = np.add.reduceat(self.accuracies, starts) / (ends - starts)
        return np.stack([ends.astype(np.float32), least, greatest, mean.astype(np.float32)], axis=1)

    def thinned_tests(self, columns: int) -> Array:
        """Rows of `tests`, at most so many, the last among them."""
        rows = self.tests
        every = max(1, -(-len(rows) // columns))
        return rows[::-1][::every][::-1]

"""What was seen on the way: a loss and an accuracy a step, and those of the test points an epoch."""

from __future__ import annotations

from itertools import islice

import numpy as np

from zerokara.arrays import Array


class Curve:
    """Step s stands at s − 1. A step that is computed again writes the same numbers again."""

    def __init__(self) -> None:
        self._values = np.zeros((1024, 2), np.float32)
        self._count = 0
        self._tests: dict[int, tuple[float, float]] = {}
        self._thin = _Thin()

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

    def last_tests(self, count: int, step: int) -> list[tuple[int, float]]:
        """(step, loss) of the last so many that were made until a step, the newest last."""
        found = ((s, loss) for s, (loss, _) in reversed(self._tests.items()) if s <= step)
        return list(islice(found, count))[::-1]

    def until(self, step: int) -> Curve:
        """The curve up to a step, as one of its own."""
        part = Curve()
        part._values, part._count = self._values.copy(), step
        part._tests = {s: v for s, v in self._tests.items() if s <= step}
        return part

    def thinned(self, columns: int) -> Array:
        """(n, 4) float32: (last step, least loss, greatest loss, mean accuracy) of at most so many equal parts."""
        return self._thin.of(self._values[: self._count], columns)

    def thinned_tests(self, columns: int) -> Array:
        """Rows of `tests`, at most so many, the last among them."""
        steps = list(self._tests)  # they came in this order
        every = max(1, -(-len(steps) // columns))
        kept = steps[::-1][::every][::-1]
        return np.array([(s, *self._tests[s]) for s in kept], np.float32).reshape(-1, 3)


class _Thin:
    """Parts of equal width, of which whole ones are counted once: what a frame costs does not grow with the curve.

    Values of a step never change but to themselves, so a part that was whole stays as it is.
    """

    def __init__(self) -> None:
        self.width, self.whole = 1, np.zeros((0, 4), np.float32)

    def of(self, values: Array, columns: int) -> Array:
        while len(values) > self.width * columns:
            self.width *= 2
            self.whole = np.zeros((0, 4), np.float32)
        done = len(self.whole) * self.width
        fresh = _parts(values[done:], done, self.width)
        more = len(values) // self.width - len(self.whole)
        self.whole = np.concatenate([self.whole, fresh[:more]])
        return np.concatenate([self.whole, fresh[more:]])


def _parts(values: Array, begin: int, width: int) -> Array:
    if not len(values):
        return np.zeros((0, 4), np.float32)
    starts = np.arange(0, len(values), width)
    ends = np.minimum(starts + width, len(values))
    least, greatest = np.minimum.reduceat(values[:, 0], starts), np.maximum.reduceat(values[:, 0], starts)
    mean = np.add.reduceat(values[:, 1], starts) / (ends - starts)
    return np.stack([(begin + ends).astype(np.float32), least, greatest, mean.astype(np.float32)], axis=1)

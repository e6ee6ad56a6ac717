"""What an experiment found: arrays by name, for one seed or several."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from zerokara.arrays import Array


class Found(Mapping[str, Array]):
    """The arrays of one or several seeds.

    `found["loss"]` is the first seed's array; `found.all("loss")` has one more axis in front, the seeds. `mean`, `low`
    and `high` go over the seeds, number by number; NaN counts as missing unless every seed has it.
    """

    def __init__(self, runs: Sequence[Mapping[str, Array]]) -> None:
        if not runs:
            raise ValueError("a result needs at least one run")
        self.runs = tuple(runs)

    def __getitem__(self, name: str) -> Array:
        return self.runs[0][name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.runs[0])

    def __len__(self) -> int:
        return len(self.runs[0])

    @property
    def seeds(self) -> int:
        """How many seeds there are."""
        return len(self.runs)

    def all(self, name: str) -> Array:
        """The arrays of all seeds, stacked. Shape: (seeds, …)."""
        return np.stack([np.asarray(run[name]) for run in self.runs])

    def number(self, name: str) -> float:
        """The mean of a single number over the seeds."""
        return float(self.mean(name))

    def text(self, name: str) -> str:
        """A text that was kept."""
        return str(self[name])

    def mean(self, name: str) -> Array:
        """The mean over the seeds."""
        return _over_seeds(np.nanmean, self.all(name))

    def low(self, name: str) -> Array:
        """The least over the seeds."""
        return _over_seeds(np.nanmin, self.all(name))

    def high(self, name: str) -> Array:
        """The greatest over the seeds."""
        return _over_seeds(np.nanmax, self.all(name))


def _over_seeds(how: object, stacked: Array) -> Array:
    values = stacked.astype(np.float64)
    missing = np.isnan(values).all(axis=0)
    result: Array = how(np.where(missing, 0.0, values), axis=0)  # type: ignore[operator]
    return np.where(missing, np.nan, result)

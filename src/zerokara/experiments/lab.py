"""Where an experiment is done: its random numbers, its data, its progress, and what it has finished already."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from zerokara.arrays import Array, generator, manual_seed
from zerokara.data import DataError, Dataset, load
from zerokara.io import load_npz, save_npz

Tell = Callable[[int, int], None]
"""Is told (steps done, steps planned)."""


def _nobody(done: int, planned: int) -> None:
    """Nobody looks on."""


@dataclass
class Lab:
    """One run with one seed.

    `folder` is where finished parts are kept, so that an interrupted run goes on with the next one; None keeps nothing.
    """

    seed: int = 0
    data_dir: Path | None = None
    folder: Path | None = None
    tell: Tell = _nobody
    source: str = ""
    _done: int = field(default=0, repr=False)
    _planned: int = field(default=0, repr=False)

    def __post_init__(self) -> None:
        manual_seed(self.seed)

    def rng(self, *purpose: str | int) -> np.random.Generator:
        """A random stream of its own for every purpose: a function of the seed and the purpose alone."""
        return generator(self.seed, "lab", *purpose)

    def load(self, name: str) -> Dataset:
        """A data set; a DataError that offers the digits that are always there, where it cannot be had."""
        try:
            dataset = _load(name, None if self.data_dir is None else os.fspath(self.data_dir))
        except DataError as error:
            if name in ("digits",) or name.startswith("folder:"):
                raise
            raise DataError(f"{error}; or use the 8×8 digits that came with the installation: --data digits") from error
        self.source = f"{dataset.name}: {dataset.source}"
        return dataset

    def plan(self, steps: int) -> None:
        """So many more steps will be done."""
        self._planned += steps

    def advance(self, steps: int = 1) -> None:
        """So many steps are done."""
        self._done += steps
        self.tell(self._done, max(self._planned, self._done))

    def steps(self, count: int) -> Iterator[int]:
        """0 … count−1, each counted as a step when the next is asked for. They have to be planned."""
        for i in range(count):
            yield i
            self.advance()

    def part(self, name: str, make: Callable[[], Mapping[str, Array]], steps: int = 0) -> dict[str, Array]:
        """What `make` gives, or gave before an interruption. `steps`: how many planned steps it stands for."""
        path = None if self.folder is None else self.folder / f"seed-{self.seed}.{name}.part.npz"
        if path is not None and path.exists():
            self.advance(steps)
            return load_npz(path)
        made = {key: np.asarray(value) for key, value in make().items()}
        if path is not None:
            save_npz(path, made)
        return made


@lru_cache(maxsize=4)
def _load(name: str, data_dir: str | None) -> Dataset:
    return load(name, data_dir=data_dir)

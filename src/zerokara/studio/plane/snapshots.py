"""Snapshots of a training, in a ring with a memory limit: everything that the steps after them depend on."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import Any

from zerokara.arrays import Array
from zerokara.nn import Module
from zerokara.optim import Optimizer
from zerokara.training import random_state
from zerokara.training.run import Progress

EVERY = 64
"""Steps between two snapshots at first: recomputing them takes a few milliseconds."""

LIMIT = 32 * 2**20
"""Bytes of all snapshots together; beyond it every second one is dropped, so that the oldest lie farthest apart."""


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Weights, buffers, the optimizer's state, where the training stood, the generators, the settings."""

    weights: dict[str, Array]
    optimizer: dict[str, dict[str, Array]]
    progress: Progress
    random: dict[str, Any]
    settings: dict[str, Any]

    @classmethod
    def take(cls, model: Module, optimizer: Optimizer, progress: Progress, settings: dict[str, Any]) -> Snapshot:
        """Copies of everything."""
        state = {name: {key: a.copy() for key, a in kept.items()} for name, kept in optimizer.state.items()}
        return cls(model.state_dict(), state, copied(progress), random_state.capture(model), dict(settings))

    def put_back(self, model: Module, optimizer: Optimizer) -> bool:
        """Weights, optimizer and generators are as they were; whether the optimizer's arrays could stay the same ones.

        Where they could, a recorded step goes on; else there were other arrays then, and it has to be recorded anew.
        """
        model.load_state_dict(self.weights)
        random_state.restore(model, self.random)
        own = optimizer.state
        if {name: kept.keys() for name, kept in own.items()} == {n: k.keys() for n, k in self.optimizer.items()}:
            for name, kept in self.optimizer.items():
                for key, array in kept.items():
                    own[name][key][...] = array
            return True
        optimizer.state = {name: {key: a.copy() for key, a in kept.items()} for name, kept in self.optimizer.items()}
        return False

    @property
    def size(self) -> int:
        """Bytes of its arrays."""
        arrays = [*self.weights.values(), *(a for kept in self.optimizer.values() for a in kept.values())]
        return sum(a.nbytes + 100 for a in arrays) + 2000


def copied(progress: Progress) -> Progress:
    """A progress of its own."""
    return replace(progress, best=replace(progress.best))


class Ring:
    """Snapshots by their step; the first is never dropped."""

    def __init__(self, limit: int = LIMIT) -> None:
        self.limit = limit
        self._steps: list[int] = []
        self._taken: dict[int, Snapshot] = {}
        self._size = 0

    def __len__(self) -> int:
        return len(self._steps)

    @property
    def steps(self) -> tuple[int, ...]:
        """Where there are snapshots."""
        return tuple(self._steps)

    def wants(self, step: int) -> bool:
        """Whether a snapshot is due at this step."""
        return step % EVERY == 0 and step not in self._taken and (not self._steps or step > self._steps[-1])

    def keep(self, step: int, snapshot: Snapshot) -> None:
        """Keep one, and thin out where the limit is passed."""
        self._steps.append(step)
        self._taken[step] = snapshot
        self._size += snapshot.size
        while self._size > self.limit and len(self._steps) > 2:
            for dropped in self._steps[1:-1:2]:
                self._size -= self._taken.pop(dropped).size
            self._steps = [step for step in self._steps if step in self._taken]

    def before(self, step: int) -> tuple[int, Snapshot]:
        """The last one at this step or before it."""
        found = self._steps[bisect_right(self._steps, step) - 1]
        return found, self._taken[found]

    def forget_after(self, step: int) -> None:
        """The steps after this one will be others."""
        for later in [s for s in self._steps if s > step]:
            self._size -= self._taken.pop(later).size
        self._steps = [s for s in self._steps if s <= step]

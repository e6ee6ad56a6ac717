"""Snapshots of a training in a ring with a limit of memory, and their exact return, in place."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

import numpy as np

from zerokara.arguments import short
from zerokara.arrays import Array
from zerokara.nn import Module
from zerokara.optim import Optimizer
from zerokara.training import random_state

LIMIT = 64 * 2**20
"""Bytes that the snapshots of one training may take."""


@dataclass(frozen=True, eq=False)
class Snapshot:
    """All that the next step depends on: weights and running statistics, the optimizer's state, the generators.

    step: updates so far. place: whatever else the owner needs to go on (epoch, batch, settings), never changed.
    """

    step: int
    weights: dict[str, Array]
    optimizer: dict[str, dict[str, Array]]
    generators: dict[str, Any]
    place: Any

    @property
    def bytes(self) -> int:
        """What it takes."""
        states = (array for state in self.optimizer.values() for array in state.values())
        return sum(a.nbytes for a in self.weights.values()) + sum(a.nbytes for a in states) + 2048


def take(step: int, model: Module, optimizer: Optimizer, place: Any = None) -> Snapshot:
    """A snapshot of now; all arrays are copies."""
    states = {name: {key: a.copy() for key, a in state.items()} for name, state in optimizer.state.items()}
    return Snapshot(step, model.state_dict(), states, random_state.capture(model), place)


def restore(snapshot: Snapshot, model: Module, optimizer: Optimizer) -> None:
    """Put everything back into the arrays that are there, so that a recorded step goes on being valid.

    Only where the optimizer keeps other arrays now (its momentum was switched on or off) are they made anew.
    """
    model.load_state_dict(snapshot.weights)
    random_state.restore(model, snapshot.generators)
    for name in [name for name in optimizer.state if name not in snapshot.optimizer]:
        del optimizer.state[name]
    for name, kept in snapshot.optimizer.items():
        own = optimizer.state.get(name)
        if own is None or own.keys() != kept.keys():
            optimizer.state[name] = {key: array.copy() for key, array in kept.items()}
            continue
        for key, array in kept.items():
            own[key][...] = array


class Ring:
    """Snapshots by step. When they take more than `limit` bytes, every second of the older half is let go.

    The first and the newest always stay, so that every step can be come to: from the last snapshot before it.
    """

    def __init__(self, limit: int = LIMIT) -> None:
        if limit < 1:
            raise ValueError(f"a ring of snapshots has a limit of at least 1 byte; got {short(limit)}")
        self.limit = limit
        self._kept: list[Snapshot] = []

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def steps(self) -> list[int]:
        """The steps of which there are snapshots, ascending."""
        return [s.step for s in self._kept]

    @property
    def bytes(self) -> int:
        """What all of them take."""
        return sum(s.bytes for s in self._kept)

    def add(self, snapshot: Snapshot) -> None:
        """Keep it, instead of one of the same step; older ones are thinned out where memory ends."""
        at = bisect_right(self.steps, snapshot.step)
        if at and self._kept[at - 1].step == snapshot.step:
            self._kept[at - 1] = snapshot
            return
        self._kept.insert(at, snapshot)
        while self.bytes > self.limit and len(self._kept) > 2:
            half = max(len(self._kept) // 2, 2)
            older = self._kept[:half]
            self._kept = [older[0], *older[2::2], *self._kept[half:]]

    def before(self, step: int) -> Snapshot:
        """The last snapshot of this step or an earlier one."""
        at = bisect_right(self.steps, step)
        if not at:
            raise ValueError(f"there is no snapshot at or before step {step}")
        return self._kept[at - 1]

    def forget_after(self, step: int) -> None:
        """Let go of all later ones: another future begins here."""
        self._kept = [s for s in self._kept if s.step <= step]


def same(a: Snapshot, b: Snapshot) -> bool:
    """Whether two snapshots are equal, bit for bit."""
    arrays = [
        {**s.weights, **{f"{n}:{key}": v for n, state in s.optimizer.items() for key, v in state.items()}}
        for s in (a, b)
    ]
    if arrays[0].keys() != arrays[1].keys() or a.step != b.step or a.generators != b.generators:
        return False
    return all(np.array_equal(arrays[0][key], arrays[1][key], equal_nan=True) for key in arrays[0])

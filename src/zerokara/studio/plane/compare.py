"""Two trainings in step from the same seed: what one change does."""

from __future__ import annotations

import time
from dataclasses import fields, replace
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.studio.plane.plan import Live, Mark, Plan
from zerokara.studio.plane.steering import Steered
from zerokara.studio.plane.surfaces import probabilities

OF_PLAN = ("optimizer", "schedule", "loss")
OF_LAYERS = ("activation", "batch_norm", "init")
OF_LIVE = ("lr", "momentum", "weight_decay", "l1", "dropout", "batch")
KNOBS = (*OF_PLAN, *OF_LAYERS, *OF_LIVE)
"""What the second network may have otherwise."""

CHUNK = 16
"""Updates of one before the other follows, where they are limited by time."""


class Pair:
    """`first`, and a second one with one knob turned. `follow` brings it to the step of the first; then `update` takes
    both on together. One that has diverged stays where it is.
    """

    def __init__(self, first: Steered, knob: str, value: Any) -> None:
        if knob not in KNOBS:
            raise ValueError(f"what can be compared are {', '.join(KNOBS)}; got {knob[:20]!r}")
        self.first, self.knob, self.value = first, knob, value
        self.second = self._made()

    @property
    def in_step(self) -> bool:
        """Whether the second is where the first is, or can go no further."""
        return self.first.step == self.second.step or self.second.diverged is not None

    def update(self, count: int = 1, seconds: float | None = None) -> int:
        """So many updates of both, or as many as go into so many seconds; how many were made.

        None before the second has caught up.
        """
        if not self.in_step:
            return 0
        end = None if seconds is None else time.perf_counter() + seconds
        done = 0
        while done < count:
            made = self.first.update(min(CHUNK, count - done))
            self.second.reach(self.first.step)
            done += made
            if not made or (end is not None and time.perf_counter() >= end):
                break
        return done

    def follow(self, seconds: float | None = None) -> None:
        """Bring the second to the step and the changes of the first."""
        wanted = [_key(mark) for mark in self._marks()]
        if [_key(mark) for mark in self.second.marks] != wanted:
            if self.first.step == self.second.step == len(self.second.curve):
                self._take_over()
            if [_key(mark) for mark in self.second.marks] != wanted:
                self.second = self._made()
        if self.first.step != self.second.step:
            self.second.reach(self.first.step, seconds)

    def go_to(self, step: int) -> None:
        """Both at a step that was made before."""
        self.first.go_to(step)
        self.follow()

    def difference(self) -> Array:
        """(GRID, GRID): how far the two answers lie apart at every place; of classes half of Σ|p − q|, 0 to 1."""
        one, other = probabilities(self.first), probabilities(self.second)
        apart: Array = np.abs(one - other).sum(axis=2)
        if one.shape[2] > 1:
            apart /= 2
        return apart

    def _made(self) -> Steered:
        return Steered(self._plan(), self._marks())

    def _plan(self) -> Plan:
        plan = replace(self.first.plan, live=self._live(self.first.plan.live))
        if self.knob in OF_PLAN:
            return replace(plan, **{self.knob: self.value})
        if self.knob == "activation":
            layers = tuple((units, self.value) for units, _ in plan.layers.hidden)
            return replace(plan, layers=replace(plan.layers, hidden=layers))
        if self.knob in OF_LAYERS:
            return replace(plan, layers=replace(plan.layers, **{self.knob: self.value}))
        return plan

    def _live(self, live: Live) -> Live:
        return replace(live, **{self.knob: self.value}) if self.knob in OF_LIVE else live

    def _marks(self) -> list[Mark]:
        return [replace(mark, live=self._live(mark.live)) for mark in self.first.marks]

    def _take_over(self) -> None:
        """The change that the first has just had, at the same step."""
        last = self.first.marks[-1] if self.first.marks else Mark(0, self.first.live)
        typed = {edit.place: edit.after for edit in last.edits} if last.step == self.first.step else {}
        live = self._live(self.first.live)
        self.second.change(typed, **{f.name: getattr(live, f.name) for f in fields(live)})


def _key(mark: Mark) -> tuple[Any, ...]:
    return mark.step, mark.live, mark.anew, tuple((edit.place, edit.after) for edit in mark.edits)

"""A training on the plane that is steered: update by update, with settings changed on the way, rewound and branched.

It drives the loop of `fit` itself, and so does what `fit` does, bit for bit. A step is a function of what was before
it: the order of the points is one of (seed, epoch, batch), the masks of dropout come from generators whose states are
kept, and every change of a setting is a mark at its step. So any step can be computed again from a snapshot before it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from zerokara import nn, optim
from zerokara.arrays import Array
from zerokara.data import Loader
from zerokara.studio.plane.curve import Curve
from zerokara.studio.plane.data import Points, as_split
from zerokara.studio.plane.measuring import measure
from zerokara.studio.plane.plan import LOSSES, Edit, Live, Mark, Place, Plan, expect_places, with_change
from zerokara.studio.plane.snapshots import Ring, Snapshot, copied
from zerokara.training.divergence import Diverged
from zerokara.training.fitting import check
from zerokara.training.last_batch import refuse_single
from zerokara.training.loop import Loop
from zerokara.training.options import Options
from zerokara.training.run import Run

EPOCHS = 10**9
MOMENTUM = ("sgd", "momentum", "nesterov")
"""The methods that have a momentum to set."""


class Steered:
    """One training; `run` tells it from others of the same plan.

    `step` is where it stands; `curve` is what was seen on the way so far, also beyond `step`.
    """

    def __init__(self, plan: Plan, marks: Iterable[Mark] = ()) -> None:
        """marks: changes that are made on the way, each at its step."""
        self.plan, self.live = plan, plan.live
        self.train, self.test = plan.live.data.draw()
        self.outputs = 1 if plan.live.data.regression else plan.live.data.classes
        self.model: nn.Sequential = plan.layers.build(self.outputs, plan.seed)
        self.loss = LOSSES[plan.loss_name][1]
        self._rate = optim.schedule_by_name(plan.schedule, 1.0, plan.horizon)
        self.optimizer = optim.optimizer_by_name(plan.optimizer, self.model, lr=plan.live.lr, **self._penalties())
        self._parameters = {name: p.data for name, p in self.model.named_parameters()}
        self._held: list[tuple[Array, tuple[int, ...], np.float32]] = []
        self.marks: list[Mark] = list(marks)
        for live in (plan.live, *(mark.live for mark in self.marks)):
            self._expect_places(live.held)
            if (live.data.regression, live.data.classes) != (plan.live.data.regression, plan.live.data.classes):
                raise ValueError("other classes need another network: no change on the way makes one")
        for mark in self.marks:
            self._expect_places([edit.place for edit in mark.edits], [edit.after for edit in mark.edits])
        self._steer(plan.live)
        self._run = Run(self.model, self.optimizer, None, {}, {})
        self._loop: Loop | None = self._made()
        self.version = self.points = 0
        """Other ones whenever marks or branches, or the points, are others."""
        self.curve, self.branches = Curve(), list[Curve]()
        self.ring = Ring()
        self.diverged: Diverged | None = None
        self.ring.keep(0, self.snapshot())
        self._apply_marks()

    @property
    def step(self) -> int:
        """Updates so far."""
        return self._run.progress.step

    @property
    def epoch(self) -> int:
        """Whole epochs so far."""
        return self._run.progress.epoch

    @property
    def stopped(self) -> str:
        """Why it cannot go on; "" where it can."""
        return "" if self.diverged is None else str(self.diverged)

    # ── going on

    def update(self, count: int = 1, seconds: float | None = None) -> int:
        """So many updates more, or as many as go into so many seconds; how many were made.

        After a rewind this is a branch: what lay beyond `step` becomes a curve of `branches`.
        """
        if self.step < len(self.curve):
            self._branch()
        return self._advance(count, seconds)

    def _advance(self, count: int, seconds: float | None = None) -> int:
        if self.diverged is not None or count < 1 or not len(self.train):
            return 0
        end = None if seconds is None else time.perf_counter() + seconds
        loop = self._loop = self._loop or self._made()
        assert loop is not None
        records, done = loop.records(), 0
        try:
            for record in records:
                if record.kind == "epoch":
                    self._test(record.step)
                    continue
                self.curve.add(record.step, record.loss, record.accuracy)
                self.hold()
                if self.ring.wants(record.step):
                    self.ring.keep(record.step, self.snapshot())
                done += 1
                if done >= count or (end is not None and time.perf_counter() >= end):
                    break
        except Diverged as error:
            self.diverged = error
        finally:
            records.close()
        return done

    def hold(self) -> None:
        """Locked weights are what they were, whatever an optimizer did."""
        for array, place, value in self._held:
            array[place] = value

    def next_batch(self) -> tuple[Array, Array] | None:
        """What the next update learns from; None where there are no points."""
        self._loop = self._loop or self._made()
        if self._loop is None:
            return None
        progress, loader = self._run.progress, self._loop.loader
        over = progress.batch >= len(loader)
        epoch, batch = (progress.epoch + 1, 0) if over else (progress.epoch, progress.batch)
        return next(loader.epoch(epoch, start=batch))

    def _branch(self) -> None:
        self.branches = [*self.branches, self.curve][-3:]
        self.curve = self.curve.until(self.step)
        self.marks = [mark for mark in self.marks if mark.step <= self.step]
        self.ring.forget_after(self.step)
        self.version += 1

    # ── changing

    def change(self, typed: Mapping[Place, float] | None = None, **settings: Any) -> None:
        """Other settings and typed weights from the next update on: a mark. ValueError, and nothing is changed, for
        what cannot be. What is changed back at the same step leaves no mark.
        """
        live = replace(self.live, **settings)
        places = dict(typed or {})
        self._expect_places([*places, *live.held], places.values())
        if live == self.live and all(self.value(place) == np.float32(value) for place, value in places.items()):
            return
        if live.data.regression != self.live.data.regression or live.data.classes != self.live.data.classes:
            raise ValueError("other classes need another network: begin a new training")
        points = live.data.draw() if live.data != self.live.data else (self.train, self.test)
        self._expect(points[0], live)
        if self.step < len(self.curve):
            self._branch()
        edits = tuple(Edit(place, self.value(place), float(np.float32(value))) for place, value in places.items())
        self._apply(self._marked(live, edits))

    def _marked(self, live: Live, edits: tuple[Edit, ...]) -> Mark:
        """The mark of a change, which is written down; with one that stands at this step already it becomes one."""
        anew = live.data != self.live.data or live.batch != self.live.batch
        self.marks = with_change(self.plan.live, self.marks, Mark(self.step, live, anew, edits))
        self.version += 1
        return Mark(self.step, live, anew, edits)

    def value(self, place: Place) -> float:
        """A number of a parameter."""
        name, at = place
        return float(self._parameters[name][at])

    def _expect_places(self, places: Iterable[Place], values: Iterable[float] = ()) -> None:
        expect_places({name: array.shape for name, array in self._parameters.items()}, places, values)

    def _expect(self, train: Points, live: Live) -> None:
        """Whether these points in these batches can be learned from at all."""
        if len(train):
            refuse_single(self.model, Loader(as_split(train, self.plan.layers.features), live.batch))

    def _apply(self, mark: Mark) -> None:
        if mark.anew and self._run.progress.batch:
            self._run.progress.next_epoch()  # other batches: a new order of the points
        for edit in mark.edits:
            self._parameters[edit.place[0]][edit.place[1]] = edit.after
        self._settle(mark.live)

    def _settle(self, live: Live) -> None:
        before, self.live = self.live, live
        if live.data != before.data:
            self.train, self.test = live.data.draw()
            self.points += 1
        if live.data != before.data or live.batch != before.batch:
            self._loop = None
        if live.dropout != before.dropout or bool(live.momentum) != bool(before.momentum):
            self._loop = None  # no recorded step knows of these changes
        self._steer(live)
        self.diverged = None

    def _steer(self, live: Live) -> None:
        self.optimizer.lr, self.optimizer.weight_decay, self.optimizer.l1 = live.lr, live.weight_decay, live.l1
        self._held = [(self._parameters[n], at, self._parameters[n][at].copy()) for n, at in live.held]
        if isinstance(self.optimizer, optim.SGD):
            self.optimizer.momentum = live.momentum
        for layer in self.model.modules():
            if isinstance(layer, nn.Dropout):
                layer.p = live.dropout

    def _penalties(self) -> dict[str, Any]:
        live = self.plan.live
        more = {"momentum": live.momentum or 0.9} if self.plan.optimizer in MOMENTUM[1:] else {}
        return {"weight_decay": live.weight_decay, "l1": live.l1, "decay": "weights", **more}

    # ── rewinding

    def go_to(self, step: int) -> None:
        """Stand at a step that was made before, exactly: every weight has the bits that it had after it."""
        if not 0 <= step <= len(self.curve):
            raise ValueError(f"steps so far are 0 to {len(self.curve)}; got {step}")
        if step != self.step or self.diverged is not None:
            begin, snapshot = self.ring.before(step)
            behind = self.diverged is not None or not begin <= self.step < step
            if behind:
                self.restore(snapshot)
                self._apply_marks()
            self._replay(step)

    def reach(self, step: int, seconds: float | None = None) -> None:
        """Towards a step that may not have been made yet: within so many seconds, every mark at its place."""
        self.go_to(min(step, len(self.curve)))
        if self.step < step:
            self._replay(step, seconds)

    def restore(self, snapshot: Snapshot) -> None:
        """Stand where a snapshot was taken: before the marks at that step."""
        self._settle(snapshot.settings["live"])
        if not snapshot.put_back(self.model, self.optimizer):
            self._loop = None
        self._run.progress = copied(snapshot.progress)
        self._steer(self.live)  # what is locked has the value that it had

    def _apply_marks(self) -> None:
        for mark in [m for m in self.marks if m.step == self.step]:
            self._apply(mark)

    def _replay(self, step: int, seconds: float | None = None) -> None:
        """From here to `step`, every mark at its place."""
        end = None if seconds is None else time.perf_counter() + seconds
        while self.step < step:
            stops = [m.step for m in self.marks if self.step < m.step < step]
            left = None if end is None else end - time.perf_counter()
            if not self._advance(min([*stops, step]) - self.step, left):
                return
            self._apply_marks()
            if end is not None and time.perf_counter() >= end:
                return

    # ── parts

    def _made(self) -> Loop | None:
        """The loop of `fit` for the data and settings of now; None where there are no points to learn from."""
        if not len(self.train):
            return None
        features, live = self.plan.layers.features, self.live
        loader = Loader(as_split(self.train, features), live.batch, seed=self.plan.seed)
        check(self.model, loader, self.optimizer, self.loss)
        refuse_single(self.model, loader)
        self._tested = as_split(self.test, features)
        schedule = None if self.plan.schedule == "constant" else self.rate
        return Loop(self._run, loader, Options(epochs=EPOCHS, loss=self.loss, schedule=schedule))

    def _test(self, step: int) -> None:
        """The test points after an epoch. (`fit` would copy every weight for it, and these epochs are short.)"""
        if len(self.test):
            self.curve.test(step, *measure(self.model, self.loss, self._tested.images, self._tested.labels))

    def rate(self, step: int) -> float:
        """The learning rate of the update after `step`: the schedule's share of `lr`, which a hand may change."""
        return self._rate(step) * self.live.lr

    def snapshot(self) -> Snapshot:
        """Everything that the next steps depend on, as it is now."""
        return Snapshot.take(self.model, self.optimizer, self._run.progress, {"live": self.live})

    def next_change(self) -> dict[str, Array] | None:
        """w after the next update less w now, by name: it is made, measured and taken back; None where none can be."""
        if self.diverged is not None:
            return None
        kept, before, curve, ring = self.snapshot(), self.weights, self.curve, self.ring
        self.curve, self.ring = Curve(), Ring()
        try:
            made = self._advance(1)
            return {name: p.data - before[name] for name, p in self.model.named_parameters()} if made else None
        finally:
            self.curve, self.ring = curve, ring
            self.restore(kept)

    def weights_before(self) -> dict[str, Array] | None:
        """The weights one update ago, computed again; None at the beginning, and where something else changed them."""
        step = self.step
        if not step or self.diverged is not None or any(m.edits for m in self.marks if m.step == step):
            return None
        self.go_to(step - 1)
        before = self.weights
        self.go_to(step)
        return before

    @property
    def weights(self) -> dict[str, Array]:
        """Copies of every weight and buffer."""
        return self.model.state_dict()

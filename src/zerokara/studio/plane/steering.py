"""A training on the plane that is steered: update by update, with settings changed on the way, rewound and branched.

It drives the loop of `fit` itself, and so does what `fit` does, bit for bit. A step is a function of what was before
it: the order of the points is one of (seed, epoch, batch), the masks of dropout come from generators whose states are
kept, and every change of a setting is a mark at its step. So any step can be computed again from a snapshot before it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from zerokara import functional as F
from zerokara import nn, optim
from zerokara.arrays import Array
from zerokara.data import Loader
from zerokara.studio.plane.curve import Curve
from zerokara.studio.plane.data import Choice, Points, as_split
from zerokara.studio.plane.network import Layers
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


@dataclass(frozen=True)
class Live:
    """What may be changed while the training runs. `data` too: points come and go."""

    data: Choice = field(default_factory=Choice)
    lr: float = 0.03
    momentum: float = 0.0
    weight_decay: float = 0.0
    l1: float = 0.0
    dropout: float = 0.0
    batch: int = 10

    def __post_init__(self) -> None:
        if not 0 < self.lr <= 100 or not 0 <= self.momentum < 1 or not 0 <= self.dropout < 1:
            raise ValueError(
                "lr is above 0 and at most 100, momentum and dropout 0 to below 1; "
                f"got {self.lr}, {self.momentum}, {self.dropout}"
            )
        if not 0 <= self.weight_decay <= 10 or not 0 <= self.l1 <= 10 or not 1 <= self.batch <= 1000:
            raise ValueError(
                f"penalties are 0 to 10, a batch 1 to 1000; got {self.weight_decay}, {self.l1}, {self.batch}"
            )


@dataclass(frozen=True)
class Plan:
    """What a training is made of. Another network, optimizer or seed is another training."""

    layers: Layers = field(default_factory=Layers)
    optimizer: str = "sgd"
    seed: int = 0
    live: Live = field(default_factory=Live)

    def __post_init__(self) -> None:
        if self.optimizer not in optim.OPTIMIZERS:
            raise ValueError(f"optimizers are {', '.join(optim.OPTIMIZERS)}; got {self.optimizer[:20]!r}")


@dataclass(frozen=True)
class Mark:
    """A change that took effect after `step` updates."""

    step: int
    live: Live


class Steered:
    """One training; `run` tells it from others of the same plan.

    `step` is where it stands; `curve` is what was seen on the way so far, also beyond `step`.
    """

    def __init__(self, plan: Plan, run: int = 0) -> None:
        self.plan, self.live, self.run = plan, plan.live, run
        self.train, self.test = plan.live.data.draw()
        self.outputs = 1 if plan.live.data.regression else plan.live.data.classes
        self.model: nn.Sequential = plan.layers.build(self.outputs, plan.seed)
        self.loss = F.mse_loss if plan.live.data.regression else F.cross_entropy
        self.optimizer = optim.optimizer_by_name(plan.optimizer, self.model, lr=plan.live.lr, **self._penalties())
        self._steer(plan.live)
        self._run = Run(self.model, self.optimizer, None, {}, {})
        self._loop: Loop | None = self._made()
        self.marks: list[Mark] = []
        self.curve, self.branches = Curve(), list[Curve]()
        self.ring = Ring()
        self.stopped = ""
        self.ring.keep(0, self._snapshot())

    @property
    def step(self) -> int:
        """Updates so far."""
        return self._run.progress.step

    @property
    def epoch(self) -> int:
        """Whole epochs so far."""
        return self._run.progress.epoch

    # ── going on

    def update(self, count: int = 1, seconds: float | None = None) -> int:
        """So many updates more, or as many as go into so many seconds; how many were made.

        After a rewind this is a branch: what lay beyond `step` becomes a curve of `branches`.
        """
        if self.step < len(self.curve):
            self._branch()
        return self._advance(count, seconds)

    def _advance(self, count: int, seconds: float | None = None) -> int:
        if self.stopped or count < 1 or not len(self.train):
            return 0
        end = None if seconds is None else time.perf_counter() + seconds
        loop = self._loop = self._loop or self._made()
        assert loop is not None
        records, done = loop.records(), 0
        try:
            for record in records:
                if record.kind == "epoch":
                    self.curve.test(record.step, record.val_loss, record.val_accuracy)
                    continue
                self.curve.add(record.step, record.loss, record.accuracy)
                if self.ring.wants(record.step):
                    self.ring.keep(record.step, self._snapshot())
                done += 1
                if done >= count or (end is not None and time.perf_counter() >= end):
                    break
        except Diverged as error:
            self.stopped = str(error)
        finally:
            records.close()
        return done

    def _branch(self) -> None:
        self.branches = [*self.branches, self.curve][-3:]
        self.curve = self.curve.until(self.step)
        self.marks = [mark for mark in self.marks if mark.step <= self.step]
        self.ring.forget_after(self.step)

    # ── changing

    def change(self, **settings: Any) -> None:
        """Other settings from the next update on: a mark. ValueError for what cannot be, and nothing is changed."""
        live = replace(self.live, **settings)
        if live == self.live:
            return
        if live.data.regression != self.live.data.regression or live.data.classes != self.live.data.classes:
            raise ValueError("other classes need another network: begin a new training")
        points = live.data.draw() if live.data != self.live.data else (self.train, self.test)
        self._expect(points[0], live)
        if self.step < len(self.curve):
            self._branch()
        self.marks.append(Mark(self.step, live))
        self._apply(live)

    def _expect(self, train: Points, live: Live) -> None:
        """Whether these points in these batches can be learned from at all."""
        if len(train):
            refuse_single(self.model, Loader(as_split(train, self.plan.layers.features), live.batch))

    def _apply(self, live: Live) -> None:
        before, self.live = self.live, live
        if live.data != before.data:
            self.train, self.test = live.data.draw()
        if live.data != before.data or live.batch != before.batch:
            if self._run.progress.batch:
                self._run.progress.next_epoch()  # other batches: a new order of the points
            self._loop = None
        if live.dropout != before.dropout or bool(live.momentum) != bool(before.momentum):
            self._loop = None  # no recorded step knows of these changes
        self._steer(live)
        self.stopped = ""

    def _steer(self, live: Live) -> None:
        self.optimizer.lr, self.optimizer.weight_decay, self.optimizer.l1 = live.lr, live.weight_decay, live.l1
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
        if step != self.step or self.stopped:
            begin, snapshot = self.ring.before(step)
            if self.stopped or not begin <= self.step < step:
                self._restore(begin, snapshot)
            self._replay(step)

    def _restore(self, step: int, snapshot: Snapshot) -> None:
        self._apply(snapshot.settings["live"])
        if not snapshot.put_back(self.model, self.optimizer):
            self._loop = None
        self._run.progress = copied(snapshot.progress)
        self.stopped = ""

    def _replay(self, step: int) -> None:
        """From here to `step`, every mark at its place."""
        while True:
            for mark in [m for m in self.marks if m.step == self.step and m.live != self.live]:
                self._apply(mark.live)
            if self.step >= step:
                return
            stops = [m.step for m in self.marks if self.step < m.step < step]
            if not self._advance(min([*stops, step]) - self.step):
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
        validation = Loader(as_split(self.test, features), max(1, len(self.test)), shuffle=False)
        return Loop(
            self._run,
            loader,
            Options(epochs=EPOCHS, loss=self.loss, validation=validation if len(self.test) else None),
        )

    def _snapshot(self) -> Snapshot:
        return Snapshot.take(self.model, self.optimizer, self._run.progress, {"live": self.live})

    @property
    def weights(self) -> dict[str, Array]:
        """Copies of every weight and buffer."""
        return self.model.state_dict()

    def measured(self) -> dict[str, tuple[float, float | None]]:
        """(loss, accuracy) of now over all training points and over all test points; nothing is disturbed."""
        return {
            name: measure_points(self, points)
            for name, points in (("train", self.train), ("test", self.test))
            if len(points)
        }


def measure_points(training: Steered, points: Points) -> tuple[float, float | None]:
    """(loss, accuracy) of the present weights over some points."""
    from zerokara.training.evaluation import measure

    split = as_split(points, training.plan.layers.features)
    with np.errstate(all="ignore"):
        return measure(training.model, Loader(split, len(points), shuffle=False), training.loss)

"""A training on the plane: by the step of `fit`, to any step back and forth, with other settings on the way.

A step is the one of `zerokara.training.fit`, recorded and replayed, and its batches are those of a `Loader`: functions
of seed, epoch and batch. So n steps give the weights that `fit` gives, bit for bit; and a step that was left can be
come to again, from the last snapshot before it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from zerokara import nn
from zerokara.arguments import is_number, is_whole, short
from zerokara.arrays import Array
from zerokara.data import Loader
from zerokara.studio.plane.curve import Curve
from zerokara.studio.plane.points import Points
from zerokara.studio.plane.spec import LIVE, Spec, loss_of
from zerokara.studio.rewind import LIMIT, Ring, Snapshot, restore, take
from zerokara.training.divergence import Diverged, first_bad_place
from zerokara.training.fitting import check
from zerokara.training.stepping import Stepper

EVERY = 256
"""Steps between two snapshots: so many are recomputed at most, in about 20 ms for a network of 2-8-8-3."""


@dataclass(frozen=True)
class Mark:
    """A change of a setting on the way, made when `step` updates had been: one of `LIVE`, "points" or "weight"."""

    step: int
    name: str
    value: Any


@dataclass(frozen=True)
class Branch:
    """A future that was left: the training went on otherwise from `step`. Its curve (NaN before) and its marks."""

    step: int
    curve: Curve
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class _Place:
    """What a snapshot knows beside arrays: where in the data, under which settings, after how many marks."""

    epoch: int
    batch: int
    spec: Spec
    points: Points
    marks: int


class Training:
    """`play(n)` makes n updates, `rewind(k)` goes to step k, `change(name, value)` turns a knob from here on.

    Dropout draws from generators of the network's own, so that nothing outside is disturbed and nothing disturbs it.
    """

    def __init__(self, spec: Spec, points: Points, *, memory: int = LIMIT, every: int = EVERY) -> None:
        self.spec, self.points, self.every = spec, points, every
        self.model = spec.model(points.classes or 1)
        self.loss = loss_of(points.classes)
        self.optimizer = spec.make_optimizer(self.model)
        self.step, self.epoch, self._batch = 0, 0, 0
        self.curve, self.marks, self.branches = Curve(), list[Mark](), list[Branch]()
        self.ring = Ring(memory)
        self._loader = self._new_loader()
        check(self.model, self._loader, self.optimizer, self.loss)
        self._batches: Iterator[tuple[Array, Array]] | None = None
        self._stepper = self._new_stepper()
        self.model.train()
        self._keep()

    # ── forward ──────────────────────────────────────────────────────────────────────────────────────────────────

    def play(self, steps: int) -> float:
        """Make so many updates; the loss of the last. Raises Diverged where a loss is no number: nothing is updated by
        it, and everything before can still be come to.
        """
        if not is_whole(steps) or steps < 1:
            raise ValueError(f"play makes a whole number of updates, at least 1; got {short(steps)}")
        loss = math.nan
        for _ in range(steps):
            loss = self._update()
            if self.step % self.every == 0:
                self._keep()
        return loss

    def next_batch(self) -> tuple[Array, Array]:
        """The batch that the next update will learn from; the update still comes."""
        return next(self._loader.epoch(self.epoch, start=self._batch))

    @property
    def furthest(self) -> int:
        """The last step that was reached on this branch."""
        return len(self.curve)

    def bookmark(self) -> tuple[int, int, int, int]:
        """Where the training is in steps and data, for `return_to`; arrays are not in it."""
        return self.step, self.epoch, self._batch, self.furthest

    def return_to(self, place: tuple[int, int, int, int]) -> None:
        """Back to a bookmark, once weights and states are back: as if no step had been made since."""
        self.step, self.epoch, self._batch, furthest = place
        self._batches = None
        if self.furthest > furthest:
            self.curve.cut(furthest)
        self.ring.forget_after(max(furthest, self.step))

    def _update(self) -> float:
        while True:
            if self._batches is None:
                self._batches = self._loader.epoch(self.epoch, start=self._batch)
            pair = next(self._batches, None)
            if pair is not None:
                break
            self.epoch, self._batch, self._batches = self.epoch + 1, 0, None
        x, labels = pair
        loss, scores = self._stepper(x, labels)
        right = float(np.mean(scores.argmax(axis=1) == labels)) if self.points.classes else math.nan
        self.curve.put(self.step, loss, right)
        self.step += 1
        self._batch += 1
        if self._batch == len(self._loader):
            self.epoch, self._batch, self._batches = self.epoch + 1, 0, None
        return loss

    # ── back and forth ───────────────────────────────────────────────────────────────────────────────────────────

    def rewind(self, step: int) -> None:
        """Go to the state after `step` updates, 0 to `furthest`: exactly the weights that were there, bit for bit.

        From the last snapshot before it, with the changes that were made on the way made again at their steps.
        """
        if not is_whole(step) or not 0 <= step <= self.furthest:
            raise ValueError(f"there is no step {short(step)} to go to: this training has made {self.furthest}")
        self._put_back(self.ring.before(step))
        ahead = self.marks[self._seen :]
        for mark in ahead:
            if mark.step > step:
                break
            while self.step < mark.step:
                self._update()
            self._apply(mark.name, mark.value)
            self._seen += 1
        while self.step < step:
            self._update()

    def change(self, name: str, value: Any) -> None:
        """Turn a knob from here on; a mark remembers it. At a step behind the furthest a branch begins here.

        name: one of `LIVE` with a number; "points" with `Points` of as many classes; "weight" with (parameter's name,
        index, number), a weight typed in by hand.
        """
        self._expect(name, value)
        if self.step < self.furthest or len(self.marks) > self._seen:
            self.branch()
        self.marks.append(Mark(self.step, name, value))
        self._seen += 1
        self._apply(name, value)
        self._keep()

    def branch(self) -> Branch:
        """Leave what came after this step: it stays as a curve in `branches`, and the training goes on from here."""
        left = Branch(self.step, self.curve.cut(self.step), tuple(self.marks[self._seen :]))
        del self.marks[self._seen :]
        self.ring.forget_after(self.step)
        self.branches.append(left)
        self._keep()
        return left

    # ── within ───────────────────────────────────────────────────────────────────────────────────────────────────

    _seen = 0
    """How many of the marks lie behind the present state."""

    def _keep(self) -> None:
        place = _Place(self.epoch, self._batch, self.spec, self.points, self._seen)
        self.ring.add(take(self.step, self.model, self.optimizer, place))

    def _put_back(self, snapshot: Snapshot) -> None:
        place: _Place = snapshot.place
        if place.spec != self.spec or place.points is not self.points:
            self.spec, self.points = place.spec, place.points
            self._set_up()
        restore(snapshot, self.model, self.optimizer)
        self.step, self.epoch, self._batch, self._batches = snapshot.step, place.epoch, place.batch, None
        self._seen = place.marks

    def _apply(self, name: str, value: Any) -> None:
        """Make the change; the batches of other points, or of another size, begin with the next epoch."""
        if name == "weight":
            parameter, index, number = value
            dict(self.model.named_parameters())[parameter].write()[tuple(index)] = number
            return
        if name == "points":
            self.points = value
        else:
            self.spec = replace(self.spec, **{name: value})
        self._set_up()
        if name in ("points", "batch") and self._batch:
            self.epoch, self._batch = self.epoch + 1, 0
        self._batches = None

    def _set_up(self) -> None:
        """Give optimizer, dropout and loader the settings of `spec`; where the step is another one, record it anew."""
        optimizer, spec = self.optimizer, self.spec
        optimizer.lr, optimizer.weight_decay, optimizer.l1 = spec.lr, spec.weight_decay, spec.l1
        anew = False
        if hasattr(optimizer, "momentum") and optimizer.momentum != spec.momentum and spec.optimizer == "sgd":
            anew = not optimizer.momentum or not spec.momentum  # another kernel, which keeps other arrays
            optimizer.momentum = spec.momentum
            if anew:
                optimizer.state.clear()
                optimizer.state.update({name: optimizer.start(p.data) for name, p in optimizer.named_parameters()})
        for layer in self.model.modules():
            if isinstance(layer, nn.Dropout) and layer.p != spec.dropout:
                layer.p, anew = float(spec.dropout), True
        if anew:
            self._stepper = self._new_stepper()
        self._loader = self._new_loader()

    def _expect(self, name: str, value: Any) -> None:
        if name == "points":
            if not isinstance(value, Points) or value.classes != self.points.classes:
                raise ValueError(f"other points have as many classes, {self.points.classes}; else begin anew")
        elif name == "weight":
            self._expect_weight(value)
        elif name not in LIVE:
            raise ValueError(f"{short(name)} cannot be changed while it learns: begin anew; {', '.join(LIVE)} can")
        elif name == "dropout" and bool(value) and not self.spec.dropout and not self._has_dropout:
            raise ValueError("this network has no dropout, whose probability could be changed: begin anew with one")
        elif name == "momentum" and self.spec.optimizer != "sgd":
            raise ValueError(f"momentum is changed while it learns for sgd only; this is {self.spec.optimizer}")
        else:
            replace(self.spec, **{name: value})  # says what cannot be

    @property
    def _has_dropout(self) -> bool:
        return any(isinstance(layer, nn.Dropout) for layer in self.model.modules())

    def _expect_weight(self, value: Any) -> None:
        parameters = dict(self.model.named_parameters())
        try:
            parameter, index, number = value
            inside = all(0 <= i < n for i, n in zip(index, parameters[parameter].shape, strict=True))
        except (TypeError, ValueError, KeyError):
            inside, number = False, 0.0
        if not inside or not is_number(number) or not math.isfinite(number):
            raise ValueError(
                f"a weight is (name, index, number), as ('out.bias', (0,), 0.5), names are {', '.join(parameters)}; "
                f"got {short(value)}"
            )

    def _new_loader(self) -> Loader:
        data = self.spec.inputs(self.points.points), self.points.labels
        return Loader(data, min(self.spec.batch, len(self.points)), seed=self.spec.seed, drop_last=self.spec.batch_norm)

    def _new_stepper(self) -> Stepper:
        return Stepper(self.model, self.optimizer, self.loss, None, self._expect_finite, lambda norm: None)

    def _expect_finite(self, value: float, x: Array) -> None:
        if not math.isfinite(value):
            place = first_bad_place(self.model, x)
            raise Diverged(
                f"the loss became {value}", epoch=self.epoch + 1, step=self.step, lr=self.spec.lr, place=place
            )

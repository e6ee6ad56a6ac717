"""What a training on the plane is made of, and what changed on its way: plans, settings, marks.

A journal is the marks as JSON can hold them: what a page keeps, and a link, so that any training can be made again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from zerokara import functional as F
from zerokara import optim
from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.studio.plane.data import Choice
from zerokara.studio.plane.network import Layers

Place = tuple[str, tuple[int, ...]]
"""One number of a parameter: its name, and where it stands."""

MOST_HELD = 500

LARGEST = 1e6
"""What may be typed as a weight."""


def brier(scores: Tensor, labels: Array) -> Tensor:
    """mean over examples of Σₖ (pₖ − tₖ)², p = softmax(scores), t one-hot: the squared error of the probabilities."""
    return F.mse_loss(F.softmax(scores), F.one_hot(labels, scores.shape[1])) * scores.shape[1]


LOSSES: dict[str, tuple[bool, Callable[[Tensor, Array], Tensor]]] = {
    "cross-entropy": (False, F.cross_entropy),
    "brier": (False, brier),
    "mse": (True, F.mse_loss),
    "l1": (True, F.l1_loss),
    "smooth-l1": (True, F.smooth_l1_loss),
}
"""Losses by name, and whether they are of numbers; the first of either kind is the usual one."""


@dataclass(frozen=True)
class Live:
    """What may be changed while the training runs. `data` too: points come and go.

    held: weights that are locked; they keep their value whatever the optimizer does.
    """

    data: Choice = field(default_factory=Choice)
    lr: float = 0.03
    momentum: float = 0.0
    weight_decay: float = 0.0
    l1: float = 0.0
    dropout: float = 0.0
    batch: int = 10
    held: tuple[Place, ...] = ()

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
        if len(self.held) > MOST_HELD:
            raise ValueError(f"up to {MOST_HELD} weights can be locked; got {len(self.held)}")


@dataclass(frozen=True)
class Plan:
    """What a training is made of. Another network, optimizer, schedule, loss or seed is another training.

    schedule: how the rate changes over `horizon` updates; `live.lr` is its greatest. loss: a name in LOSSES; "" is the
    usual one for these data.
    """

    layers: Layers = field(default_factory=Layers)
    optimizer: str = "sgd"
    seed: int = 0
    live: Live = field(default_factory=Live)
    schedule: str = "constant"
    horizon: int = 2000
    loss: str = ""

    def __post_init__(self) -> None:
        if self.optimizer not in optim.OPTIMIZERS:
            raise ValueError(f"optimizers are {', '.join(optim.OPTIMIZERS)}; got {self.optimizer[:20]!r}")
        if self.schedule not in optim.SCHEDULES:
            raise ValueError(f"schedules are {', '.join(optim.SCHEDULES)}; got {self.schedule[:20]!r}")
        if not 1 <= self.horizon <= 10**7:
            raise ValueError(f"a schedule lasts 1 to {10**7:,} updates; got {self.horizon}")
        if self.loss and self.loss not in self.losses:
            raise ValueError(f"losses for these data are {', '.join(self.losses)}; got {self.loss[:20]!r}")

    @property
    def losses(self) -> tuple[str, ...]:
        """The losses that these data can have."""
        return tuple(name for name, (of_numbers, _) in LOSSES.items() if of_numbers == self.live.data.regression)

    @property
    def loss_name(self) -> str:
        """The loss that is used."""
        return self.loss or self.losses[0]

    def same_but_live(self, other: Plan) -> bool:
        """Whether the same network learns by the same method: only what may change on the way differs."""
        one, two = self.live.data, other.live.data
        return (one.regression, one.classes) == (two.regression, two.classes) and replace(
            self, live=other.live
        ) == other


@dataclass(frozen=True)
class Edit:
    """A weight that was typed: what stood there, and what does."""

    place: Place
    before: float
    after: float


@dataclass(frozen=True)
class Mark:
    """A change that took effect after `step` updates: the settings from then on, and the weights that were typed.

    anew: the points or the batch size have changed, so the epoch that was under way has ended there.
    """

    step: int
    live: Live
    anew: bool = False
    edits: tuple[Edit, ...] = ()


def joined(first: tuple[Edit, ...], then: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """One edit a place; none where at the end stands what stood there at first."""
    found = {edit.place: edit for edit in first}
    for edit in then:
        before = found[edit.place].before if edit.place in found else edit.before
        found[edit.place] = Edit(edit.place, before, edit.after)
    return tuple(edit for edit in found.values() if _bits(edit.before) != _bits(edit.after))


def with_change(start: Live, marks: list[Mark], change: Mark) -> list[Mark]:
    """The marks with one more; at the same step as the last it becomes one with it, or none where all is as before."""
    last = marks[-1] if marks and marks[-1].step == change.step else None
    kept = marks if last is None else marks[:-1]
    edits = joined(() if last is None else last.edits, change.edits)
    whole = Mark(change.step, change.live, change.anew or (last is not None and last.anew), edits)
    before = kept[-1].live if kept else start
    return [*kept, whole] if whole.live != before or whole.anew or whole.edits else list(kept)


def expect_places(shapes: Mapping[str, tuple[int, ...]], places: Iterable[Place], values: Iterable[float]) -> None:
    """ValueError for a place that no parameter has, and for a value that is too large to be one."""
    for name, at in places:
        shape = shapes.get(name, ())
        if len(at) != len(shape) or not shape or not all(0 <= i < n for i, n in zip(at, shape, strict=True)):
            raise ValueError(f"there is no weight {name[:20]}{list(at)} in this network")
    if not all(abs(value) <= LARGEST for value in values):
        raise ValueError(f"a weight is a number from −{LARGEST:g} to {LARGEST:g}")


def _bits(value: float) -> bytes:
    return np.float32(value).tobytes()


# ── as JSON ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def journal(start: Live, marks: Iterable[Mark]) -> list[dict[str, Any]]:
    """The marks as JSON: of each what is other than before it."""
    told, before = [], start
    for mark in marks:
        entry: dict[str, Any] = {"step": mark.step, "live": differing(before, mark.live)}
        if mark.anew:
            entry["anew"] = 1
        if mark.edits:
            entry["edits"] = [[e.place[0], list(e.place[1]), e.before, e.after] for e in mark.edits]
        told.append(entry)
        before = mark.live
    return told


def differing(before: Live, after: Live) -> dict[str, Any]:
    """The settings that are others, as JSON can hold them; of the data in the same way."""
    found: dict[str, Any] = {n: getattr(after, n) for n in vars(after) if getattr(after, n) != getattr(before, n)}
    if "data" in found:
        old, new = asdict(before.data), asdict(after.data)
        found["data"] = {name: new[name] for name in new if new[name] != old[name]}
    return found


def marks_of(start: Live, told: Any) -> list[Mark]:
    """The marks of a journal. ValueError says what in it cannot be."""
    if not isinstance(told, list) or len(told) > 5000:
        raise ValueError("a journal is a list of up to 5,000 changes")
    marks: list[Mark] = []
    live = start
    for entry in told:
        try:
            step, changes = int(entry["step"]), dict(entry.get("live", {}))
            if "data" in changes:
                changes["data"] = replace(live.data, **_tuples(changes["data"]))
            live = replace(live, **_tuples(changes))
            edits = tuple(
                Edit((str(name), tuple(map(int, at))), float(before), float(after))
                for name, at, before, after in entry.get("edits", ())
            )
        except (KeyError, TypeError, AttributeError, OverflowError) as error:
            raise ValueError(f"a change in the journal lacks something: {error}") from None
        if not 0 <= step <= 10**7 or (marks and step < marks[-1].step) or not all(map(_finite, edits)):
            raise ValueError("changes in a journal follow each other, each after 0 updates or more")
        marks.append(Mark(step, live, bool(entry.get("anew")), edits))
    return marks


def _finite(edit: Edit) -> bool:
    return math.isfinite(edit.before) and math.isfinite(edit.after)


def _tuples(told: dict[str, Any]) -> dict[str, Any]:
    """Lists as tuples, all the way down: settings are compared, and never changed."""

    def tied(value: Any) -> Any:
        return tuple(map(tied, value)) if isinstance(value, list | tuple) else value

    return {name: tied(value) for name, value in told.items()}

"""The step under the glass: the graph of the very next update, with values, gradients, formulas and what it changes.

Looked at without disturbing. Values and gradients are computed as the step is written, operation by operation; what it
changes is that of the update itself, which is made, measured and taken back. So the change that is shown is the one
that comes, bit for bit, whichever optimizer makes it; values agree with the recorded step's up to rounding.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import Tensor, gradients
from zerokara.autodiff.graph import nodes
from zerokara.studio.plane.steering import Steered
from zerokara.studio.probe import undisturbed

Kind = Literal["input", "constant", "parameter", "result", "loss"]

PHASES = ("", "forward", "loss", "backward")
"""How far a step has come before its update: nothing yet; all values but the loss; the loss; all gradients. The update
itself is the next step."""


@dataclass(frozen=True, eq=False)
class Knot:
    """One tensor of the step. inputs: the numbers of the knots that it was computed from.

    rule: the name of the rule that made it, "" for leaves; formula: the first lines of the rule's own docstring,
    formula and gradient. value, and gradient = ∂L/∂value (None for what asks for none). change: w after the update less
    w before.
    """

    number: int
    kind: Kind
    name: str
    rule: str
    formula: str
    inputs: tuple[int, ...]
    value: Array
    gradient: Array | None
    change: Array | None = None


@dataclass(frozen=True, eq=False)
class Check:
    """A sum that was added again in float64: the largest difference to the engine's, and what is expected of rounding.

    kind: "value" z = Σ w·x + b, "weight" ∂L/∂w = Σₙ δ·x, "bias" ∂L/∂b = Σₙ δ, over the batch.
    """

    knot: int
    kind: Literal["value", "weight", "bias"]
    apart: float
    allowed: float

    @property
    def holds(self) -> bool:
        """Whether they agree."""
        return self.apart <= self.allowed


@dataclass(frozen=True, eq=False)
class Glass:
    """The graph of one update, knots in the order of computing; the last is the loss."""

    step: int
    loss: float
    knots: tuple[Knot, ...]
    checks: tuple[Check, ...]


def glass(training: Steered) -> Glass | None:
    """The next update of a training, which stays where it is; None where there is none."""
    batch, changes = training.next_batch(), training.next_change()
    if batch is None or changes is None:
        return None
    x, labels = batch
    model = training.model
    model.train()
    with undisturbed(model), np.errstate(all="ignore"):
        given = Tensor(x)
        loss = training.loss(model(given), labels)
        found = _tensors(loss)
        asked = [t for t in found if t.requires_grad]
        of = dict(zip(map(id, asked), gradients(loss, at=asked, retain_graph=True), strict=True))
        names = {id(p): name for name, p in model.named_parameters()}
        numbers = {id(t): k for k, t in enumerate(found)}
        knots = tuple(
            Knot(
                k,
                _kind(t, given, loss, names),
                names.get(id(t), ""),
                "" if t.node is None else t.node.rule.__name__,
                "" if t.node is None else formula_of(t.node.rule),
                tuple(numbers[id(s)] for s in _sources(t)),
                t.data.copy(),
                of.get(id(t)),
                changes.get(names.get(id(t), "")),
            )
            for k, t in enumerate(found)
        )
        value = float(loss.item())
    return Glass(training.step, value, knots, tuple(_checks(knots)))


def formula_of(rule: object) -> str:
    """The formula and the gradient of a rule, as its docstring says them: the lines before shapes and sources."""
    told = inspect.getdoc(rule) or ""
    kept: list[str] = []
    for line in told.splitlines():
        if line.startswith(("Shapes:", "Book", "Beyond")):
            break
        kept.append(line.rstrip())
    return "\n".join(kept).strip()


def _checks(knots: Sequence[Knot]) -> list[Check]:
    """The sums of every linear layer, added again."""
    found = []
    for knot in knots:
        if knot.rule != "linear" or knot.gradient is None:
            continue
        x, w, b = (knots[k] for k in knot.inputs)
        x64, w64, b64, d = (a.astype(np.float64) for a in (x.value, w.value, b.value, knot.gradient))
        found.append(
            _check(knot.number, "value", knot.value, x64 @ w64.T + b64, np.abs(x64) @ np.abs(w64.T) + abs(b64))
        )
        if w.gradient is not None and b.gradient is not None:
            found.append(_check(w.number, "weight", w.gradient, d.T @ x64, np.abs(d.T) @ np.abs(x64)))
            found.append(_check(b.number, "bias", b.gradient, d.sum(axis=0), np.abs(d).sum(axis=0)))
    return found


def _check(knot: int, kind: Literal["value", "weight", "bias"], engine: Array, again: Array, size: Array) -> Check:
    """Rounding is measured by the sum of the absolute terms."""
    return Check(knot, kind, float(np.abs(engine - again).max(initial=0)), float(1e-6 * size.max(initial=0)))


def _tensors(y: Tensor) -> Sequence[Tensor]:
    """Every tensor that y was computed from, and y: leaves first, then results in the order of computing."""
    leaves: dict[int, Tensor] = {}
    results: dict[int, Tensor] = {id(y): y}
    for node in nodes(y):
        for t in node.inputs:
            if isinstance(t, Tensor):
                (leaves if t.node is None else results)[id(t)] = t
    ordered = sorted(results.values(), key=lambda t: t.node.number if t.node is not None else 0)
    return [*leaves.values(), *ordered]


def _sources(t: Tensor) -> list[Tensor]:
    return [] if t.node is None else [s for s in t.node.inputs if isinstance(s, Tensor)]


def _kind(t: Tensor, x: Tensor, loss: Tensor, names: dict[int, str]) -> Kind:
    if t is loss:
        return "loss"
    if t is x:
        return "input"
    if id(t) in names:
        return "parameter"
    return "constant" if t.node is None else "result"

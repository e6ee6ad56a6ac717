"""The step under the glass: the graph of the very next update, with values, gradients, formulas and what it changes.

Looked at without disturbing: the step is computed as it is written, then done for real, measured, and taken back. So
the update that is shown is the one that comes, bit for bit, whichever optimizer makes it.
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
from zerokara.studio.plane.training import Training
from zerokara.studio.probe import undisturbed
from zerokara.studio.rewind import restore, take

Kind = Literal["input", "constant", "parameter", "result", "loss"]
PHASES = ("forward", "loss", "backward", "update")


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
class Glass:
    """The graph of one update, knots in the order of computing; the last is the loss."""

    step: int
    loss: float
    knots: tuple[Knot, ...]

    def of(self, phase: str) -> tuple[Knot, ...]:
        """The knots in the order in which a phase comes to them: half a step is one of `PHASES`."""
        if phase not in PHASES:
            raise ValueError(f"a step has the phases {', '.join(PHASES)}; got {phase!r}")
        if phase == "forward":
            return tuple(k for k in self.knots if k.kind == "result")
        if phase == "loss":
            return self.knots[-1:]
        if phase == "backward":
            return tuple(k for k in reversed(self.knots) if k.gradient is not None)
        return tuple(k for k in self.knots if k.change is not None)


def glass(training: Training) -> Glass:
    """The next update of a training, which stays where it is. Raises Diverged where there is none."""
    changes = _changes(training)  # first: the look below moves the generators until it is over
    x, labels = training.next_batch()
    with undisturbed(training.model), np.errstate(all="ignore"):
        given = Tensor(x)
        loss = training.loss(training.model(given), labels)
        found = _tensors(loss)
        asked = [t for t in found if t.requires_grad]
        of = dict(zip(map(id, asked), gradients(loss, at=asked, retain_graph=True), strict=True))
        names = {id(p): name for name, p in training.model.named_parameters()}
        numbers = {id(t): k for k, t in enumerate(found)}
        value = float(loss.item())
        knots = [
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
        ]
    return Glass(training.step, value, tuple(knots))


def formula_of(rule: object) -> str:
    """The formula and the gradient of a rule, as its docstring says them: the lines before shapes and sources."""
    told = inspect.getdoc(rule) or ""
    kept: list[str] = []
    for line in told.splitlines():
        if line.startswith(("Shapes:", "Book", "Beyond")):
            break
        kept.append(line.rstrip())
    return "\n".join(kept).strip()


def _changes(training: Training) -> dict[str, Array]:
    """w after the update − w before, by name: the update is made, measured and taken back."""
    before = take(training.step, training.model, training.optimizer)
    place = training.bookmark()
    try:
        training.play(1)
        return {name: p.data - before.weights[name] for name, p in training.model.named_parameters()}
    finally:
        restore(before, training.model, training.optimizer)
        training.return_to(place)


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

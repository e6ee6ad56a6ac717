"""What goes on inside a network that is learning, looked at without disturbing it.

A forward and a backward pass of their own, on a batch that stays the same, outside the recorded step. Afterwards modes,
running statistics, gradients and random generators are what they were: with the probe and without it a training has the
same weights, bit for bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import Tensor, gradients
from zerokara.nn import Module, Parameter, Sigmoid, Tanh, observe
from zerokara.training import random_state

BINS = 40
ENDS: dict[type[Module], tuple[float, float]] = {Sigmoid: (0.0, 1.0), Tanh: (-1.0, 1.0)}
"""The two values between which these functions lie; within a twentieth of their distance they are saturated."""

NEAR_END = 0.05


@dataclass(frozen=True, eq=False)
class Histogram:
    """counts (BINS,) of the numbers between edges (BINS + 1,); rms = √mean x². What is not finite is counted apart."""

    counts: Array
    edges: Array
    rms: float
    least: float
    greatest: float
    not_finite: int = 0


@dataclass(frozen=True, eq=False)
class LayerProbe:
    """A layer's answers to the probe's batch, and the gradient there.

    zeros: the share of its units that are 0 for every example (dead, behind a ReLU). saturated: the share of its values
    within 5 % of an end, for a sigmoid or tanh; None for other layers.
    """

    name: str
    kind: str
    activations: Histogram
    gradients: Histogram
    zeros: float
    saturated: float | None


@dataclass(frozen=True, eq=False)
class ParameterProbe:
    """A parameter, its gradient, and ‖Δw‖/‖w‖ of the updates since the weights that it was compared with.

    update is None where nothing was given to compare with, or where w is 0.
    """

    name: str
    weights: Histogram
    gradients: Histogram
    update: float | None


@dataclass(frozen=True, eq=False)
class Probe:
    """Everything that one look saw, layers in the order of computing, parameters in that of the model."""

    loss: float
    layers: tuple[LayerProbe, ...]
    parameters: tuple[ParameterProbe, ...]

    def depth(self) -> list[tuple[str, float]]:
        """(name, rms of the gradient) of every weight matrix or filter, the first layer first."""
        return [(p.name, p.gradients.rms) for p in self.parameters if p.name.endswith("weight")]


@contextmanager
def undisturbed(model: Module) -> Iterator[None]:
    """Within the block anything may be computed; afterwards buffers, generators and gradients are as before."""
    buffers = {name: array.copy() for name, array in model.named_buffers()}
    generators = random_state.capture(model)
    kept = [(p, p.grad) for p in model.parameters()]
    try:
        yield
    finally:
        for name, array in model.named_buffers():
            array[...] = buffers[name]
        random_state.restore(model, generators)
        for p, g in kept:
            p.grad = g


def probe(
    model: Module,
    x: Array,
    labels: Array,
    loss: Callable[[Tensor, Array], Tensor],
    before: Mapping[str, Array] | None = None,
    steps: int = 1,
) -> Probe:
    """Look at the model in the mode that it is in, on the batch (x, labels).

    before: the parameters as they were `steps` updates ago, for the ratio ‖Δw‖/‖w‖ of one update.
    """
    names = {id(m): name for name, m in model.named_modules()}
    seen: list[tuple[Module, Tensor]] = []

    def look(layer: Module, y: object) -> None:
        if isinstance(y, Tensor) and next(layer.children(), None) is None and y.requires_grad:
            seen.append((layer, y))

    with undisturbed(model), np.errstate(all="ignore"):
        learned = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
        with observe(look):
            scores = model(Tensor(x))
        value = loss(scores, labels)
        found = gradients(value, at=[*(y for _, y in seen), *(p for _, p in learned)])
    layers = tuple(_layer(names[id(m)], m, y.data, g) for (m, y), g in zip(seen, found, strict=False))
    of_parameters = found[len(seen) :]
    parameters = tuple(
        ParameterProbe(name, histogram(p.data), histogram(g), _update(p, before, name, steps))
        for (name, p), g in zip(learned, of_parameters, strict=True)
    )
    return Probe(float(value.item()), layers, parameters)


def histogram(values: Array) -> Histogram:
    """Counts between the least and the greatest finite value."""
    flat = values.astype(np.float64).ravel()
    finite = flat[np.isfinite(flat)]
    if not finite.size:
        return Histogram(np.zeros(BINS, np.int64), np.linspace(-1, 1, BINS + 1), np.nan, np.nan, np.nan, flat.size)
    low, high = float(finite.min()), float(finite.max())
    room = max(abs(low), abs(high), 1e-30) * 1e-9  # numbers that are all alike still have a bin
    counts, edges = np.histogram(finite, BINS, (low - room, high + room))
    biggest = max(abs(low), abs(high))
    rms = biggest * float(np.sqrt(np.mean((finite / biggest) ** 2))) if biggest else 0.0  # squares may overflow
    return Histogram(counts, edges, rms, low, high, flat.size - finite.size)


def _layer(name: str, layer: Module, y: Array, g: Array) -> LayerProbe:
    axes = tuple(a for a in range(y.ndim) if a != 1)
    zeros = float(np.mean(~np.any(y, axis=axes))) if y.ndim > 1 else 0.0
    ends = ENDS.get(type(layer))
    saturated = None
    if ends is not None:
        low, high = ends
        near = NEAR_END * (high - low)
        saturated = float(np.mean((y < low + near) | (y > high - near)))
    return LayerProbe(name, type(layer).__name__, histogram(y), histogram(g), zeros, saturated)


def _update(p: Parameter, before: Mapping[str, Array] | None, name: str, steps: int) -> float | None:
    if before is None or name not in before:
        return None
    old = before[name].astype(np.float64)
    size = float(np.linalg.norm(old))
    moved = float(np.linalg.norm(p.data.astype(np.float64) - old))
    return moved / size / max(steps, 1) if size > 0 else None

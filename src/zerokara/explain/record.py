"""From a unit back through the record: past the functions at the end, past what only moves numbers, to the sum."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import Tensor, gradients
from zerokara.autodiff.graph import unbroadcast
from zerokara.explain.seen import MOVES
from zerokara.explain.sums import LINEAR, Index, Part, Sum, taken_apart

FUNCTIONS = (
    "step", "sigmoid", "tanh", "relu", "leaky_relu", "erf", "ndtr", "gelu", "softplus", "elu", "silu", "hardsigmoid",
    "hardswish", "mish", "exp", "log", "sqrt", "sin", "cos", "absolute", "scalar_power", "clip",
)  # fmt: skip
"""Rules of one number: what f is made of."""


@dataclass(frozen=True)
class Stage:
    """A function of one number: its name, what went in, what came out, and its slope there, in float64."""

    name: str
    before: float
    after: float
    slope: float


@dataclass(frozen=True, eq=False)
class Account:
    """value = f(sum), f being the stages, the innermost first."""

    sum: Sum
    stages: tuple[Stage, ...]

    @property
    def value(self) -> float:
        """y, float64."""
        return self.stages[-1].after if self.stages else self.sum.value

    @property
    def slope(self) -> float:
        """∂y/∂z, the product of the slopes of the stages."""
        return float(np.prod([stage.slope for stage in self.stages]))


def account(y: Tensor, at: Index, live: Callable[[Tensor], bool], is_output: Callable[[Tensor], bool]) -> Account:
    """Take y[at] apart. `live` says which tensors come from the input, `is_output` which ones a layer gave."""
    functions: list[tuple[Callable[..., object], dict[str, object]]] = []
    t, at = _still(y, at, live)
    while t.node is not None and t.node.rule.__name__ in FUNCTIONS and live(t.node.inputs[0]):
        functions.append((t.node.rule, t.node.options))
        t, at = _still(t.node.inputs[0], at, live)
    found = _folded(t, at, live, is_output)
    stages: list[Stage] = []
    z = found.value
    for rule, options in reversed(functions):
        value, (pullback,) = rule(np.array([z]), **options)
        after, slope = float(value[0]), float(np.asarray(pullback(np.ones(1)))[0])
        stages.append(Stage(rule.__name__, z, after, slope))
        z = after
    return Account(found, tuple(stages))


def name_of(t: Tensor, names: Mapping[int, str]) -> str:
    """The name of a tensor, or of the one whose numbers were only put elsewhere to make it; "" for neither."""
    while id(t) not in names:
        if t.node is None or t.node.rule.__name__ not in MOVES:
            return ""
        t = t.node.inputs[0]
    return names[id(t)]


def gradient_of_weight(weight: Tensor, score: Tensor) -> Array:
    """∂S/∂w, as back-propagation gives it; NaN for a weight that is held fast (no gradient is recorded for it)."""
    if not weight.requires_grad:
        return np.full(weight.shape, np.nan)
    (g,) = gradients(score, at=[weight], retain_graph=True)
    return np.asarray(g)


def _still(t: Tensor, at: Index, live: Callable[[Tensor], bool]) -> tuple[Tensor, Index]:
    """Past the rules that only put numbers elsewhere, as far as the number comes from the input."""
    while t.node is not None and t.node.rule.__name__ in MOVES:
        moved = _moved(t, at)
        if moved is None or not live(moved[0]):
            break
        t, at = moved
    return t, at


def _moved(t: Tensor, at: Index) -> tuple[Tensor, Index] | None:
    """Which tensor t[at] was taken from, and where it stood in it; None for a number that was filled in."""
    assert t.node is not None
    seed = np.zeros(t.shape, t.dtype)
    seed[at] = 1
    for source, pullback in zip(t.node.inputs, t.node.pullbacks, strict=True):
        places = np.argwhere(unbroadcast(pullback(seed), source.shape, source.dtype))
        if len(places):
            return source, tuple(int(i) for i in places[0])
    return None


def _folded(t: Tensor, at: Index, live: Callable[[Tensor], bool], is_output: Callable[[Tensor], bool]) -> Sum:
    """The sum at t[at]; a factor and a shift that a layer applies afterwards are multiplied and added in.

    So a convolution with its bias added behind, or a normalization with γ and β, is one sum of the layer's own input.
    """
    scale, shift = 1.0, 0.0
    while True:
        if t.node is None or not live(t):
            return _itself(t, at, live).scaled(scale, shift)
        found = taken_apart(t.node, at, live)
        if found.kind != "sum" or len(found.parts) != 1 or len(found.parts[0].at) != 1:
            return found.scaled(scale, shift)
        part = found.parts[0]
        inner, place = _inside(part.source, tuple(int(i) for i in part.at[0]), live, is_output)
        if inner is None or inner.node is None or inner.node.rule.__name__ not in _SUMS:
            return found.scaled(scale, shift)
        shift, scale = shift + scale * found.bias, scale * float(part.w[0])
        t, at = inner, place


_SUMS = (*LINEAR, "linear", "conv2d", "conv2d_grad_x", "layer_norm", "group_norm")


def _inside(
    t: Tensor, at: Index, live: Callable[[Tensor], bool], is_output: Callable[[Tensor], bool]
) -> tuple[Tensor | None, Index]:
    """Past moves, but not out of the layer: None where a layer's output is met."""
    while not is_output(t):
        if t.node is None or t.node.rule.__name__ not in MOVES:
            return t, at
        moved = _moved(t, at)
        if moved is None or not live(moved[0]):
            return None, at
        t, at = moved
    return None, at


def _itself(t: Tensor, at: Index, live: Callable[[Tensor], bool]) -> Sum:
    """1·x for a number of the input; a number that does not come from it is a bias alone."""
    if not live(t):
        return Sum("sum", "", (), float(t.data[at]))
    return Sum("sum", "", (Part(t, np.array([at]), np.ones(1)),), 0.0)

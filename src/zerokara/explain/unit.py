"""The account of a single unit: y = f(Σ w·x + b) with the numbers filled in, and the gradient of every factor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zerokara.arguments import checked, is_whole, known, short
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, gradients
from zerokara.explain.kinds import KINDS
from zerokara.explain.layers import Output, watch
from zerokara.explain.record import Account, Stage, account, gradient_of_weight, name_of
from zerokara.explain.scores import Images, Target, chosen, evaluation, one_each, targets
from zerokara.explain.seen import seen_by
from zerokara.explain.sums import Kind, Part
from zerokara.explain.top import TopImages, top_images
from zerokara.nn import Module

DIGITS = 4
"""Significant digits of the numbers in a formula."""


@dataclass(frozen=True)
class Term:
    """One product w·x of the sum, and what the score would say to a change of its factors.

    source: the layer that x came out of, or "input"; at: where in it, without the axis of the examples.
    weight: the name of the parameter that w stands in, or "" for weights that are not learned (those of a mean).
    gradient_x = ∂S/∂x, through all units that x goes into; share = ∂S/∂y·∂y/∂x, the part of it through this unit.
    gradient_w = ∂S/∂w, at all places where w is used; NaN where no parameter holds w.
    """

    x: float
    w: float
    product: float
    source: str
    at: tuple[int, ...]
    weight: str
    weight_at: tuple[int, ...]
    gradient_x: float
    share: float
    gradient_w: float


@dataclass(frozen=True, eq=False, repr=False)
class Unit:
    """What a unit of a layer computed for one example, taken apart.

    value: y in float64, counted from the same x, w and b; engine: what the network itself gave, in its own dtype.
    terms: all products, the largest |w·x| first; bias: b; sum: z = Σ w·x + b.
    kind: "sum" for such a sum; "choice" where one of the x was chosen (w is 1 for it, 0 for the others); "slope" where
    the rule is neither (softmax): there w is ∂y/∂x, and b what is left over.
    stages: f, step by step: the name of each function, what went in, what came out, and its slope there.
    target, score: the class S speaks for, and S, before a last softmax. gradient: ∂S/∂y.
    field: a truth for every number of the input (of this example): whether y depends on it.
    """

    layer: str
    index: tuple[int, ...]
    value: float
    engine: float
    kind: Kind
    rule: str
    sum: float
    bias: float
    terms: tuple[Term, ...]
    stages: tuple[Stage, ...]
    target: int
    score: float
    gradient: float
    field: Array
    picture: Array
    """The weights laid out as x lies, (…, h, w) or (k,): what this unit looks for. 0 where it does not look."""
    top: TopImages | None = None

    @property
    def size(self) -> float:
        """Σ|w·x| + |b|: what rounding errors are measured by."""
        return float(np.sum(np.abs([t.product for t in self.terms])) + abs(self.bias))

    @property
    def box(self) -> tuple[int, int, int, int] | None:
        """(top, left, bottom, right) around the receptive field, exclusive; None if the input is no picture."""
        if self.field.ndim != 3 or not self.field.any():
            return None
        rows, columns = (np.flatnonzero(self.field.any(axis=axes)) for axes in ((0, 2), (0, 1)))
        return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1

    def rest(self, count: int) -> float:
        """Σ w·x over all terms but the first `count`."""
        return float(np.sum([t.product for t in self.terms[count:]]))

    def formula(self, count: int = 3) -> str:
        """y = f(w·x + … + rest + b) in one line, the `count` largest terms one by one and the others as one number."""
        if not is_whole(count) or count < 0:
            raise ValueError(f"formula expects a count of at least 0; got {short(count)}")
        told = [f"{_number(t.w)}·{_number(t.x)}" for t in self.terms[:count]]
        more = len(self.terms) - len(self.terms[:count])
        told += [f"{_number(self.rest(count))} [{more} more]"] if more else []
        told += [_number(self.bias)] if self.bias else []
        inner = " + ".join(told) or "0"
        for stage in self.stages:
            inner = f"{stage.name}({inner})"
        return f"{_number(self.value)} = {inner}"

    def __repr__(self) -> str:
        where = ",".join(map(str, self.index))
        return f"Unit({self.layer}[{where}]: {self.formula()}; ∂S/∂y = {_number(self.gradient)})"


@checked({**KINDS, "example": KINDS["unit"]})
def unit(
    model: Module,
    x: Images,
    layer: str,
    index: int | Sequence[int],
    target: Target = None,
    *,
    example: int = 0,
    data: Images | None = None,
    count: int = 9,
) -> Unit:
    """y = f(Σ w·x + b) of one unit of a layer, the numbers filled in; ∂S/∂y, and for each factor ∂S/∂w and ∂S/∂x.

    x: floating-point examples (N, …) as the model expects them, pictures or points; `example` is the one told of.
    layer: a name in `model.named_modules()`; of one that runs several times, the last run. index: of one number in what
    the layer gives for an example, (k,) or k for (K,), (c, i, j) for maps (C, H, W).
    target: the class whose score S is, by default the one that the model prefers. data: pictures (M, C, H, W), of which
    the `count` that excite this unit most are found (`top_images`).

    The model runs in evaluation mode and in its own dtype; w, x and b are read off there and added in float64. So the
    value agrees with the engine's up to the engine's rounding: |value − engine| ≤ 1e-6·(Σ|w·x| + |b|) in float32.
    Element-wise functions at the end are f; what is before them is the sum, also of another layer: a ReLU after a
    convolution is told as relu(Σ w·x + b). Padding adds nothing, and is no term.

    Errors: ValueError for a layer, an index, an example or a class that does not exist, TypeError for wrong kinds.
    """
    one = _example(model, x, example)
    known("layer", layer, [name for name, _ in model.named_modules() if name])
    given = Tensor(one, requires_grad=one.dtype.kind == "f")
    with evaluation(model):
        scores, outputs = watch(model, given)
        ran = [o for o in outputs if o.name == layer]
        if not ran:
            raise ValueError(f"the layer {layer!r} does not run in evaluation mode, so it has no units")
        y = ran[-1].value
        place = _place(layer, y, index)
        classes = targets(None if target is None else one_each(target, 1), scores.data)
        seen = _Seeing(model, outputs, given)
        found = account(y, place, seen.live, seen.is_output)
        terms, gradient = _terms(found, y, place, chosen(scores, classes), seen)
        field_ = seen_by(y, place, given)[0] if given.requires_grad else np.ones(one.shape[1:], bool)
    return Unit(
        layer, place[1:], found.value, float(y.data[place]), found.sum.kind, found.sum.rule, found.sum.value,
        found.sum.bias, terms, found.stages, int(classes[0]), float(scores.data[0, classes[0]]), gradient, field_,
        _picture(found), None if data is None else top_images(model, data, layer, place[1], count),
    )  # fmt: skip


class _Seeing:
    """What is known of the tensors of a run: which came out of a layer, and which come from the input."""

    def __init__(self, model: Module, outputs: Sequence[Output], x: Tensor) -> None:
        self.names = {id(x): "input"}
        for o in outputs:
            self.names.setdefault(id(o.value), o.name)
        self._live: dict[int, bool] = dict.fromkeys(self.names, True)
        self._kept = [x, *(o.value for o in outputs)]
        self.parameters = {id(p): name for name, p in model.named_parameters()}

    def is_output(self, t: Tensor) -> bool:
        """Whether t is the input or what a layer gave."""
        return id(t) in self.names

    def live(self, t: Tensor) -> bool:
        """Whether t was computed from the input."""
        waiting = [t]
        while waiting:
            s = waiting[-1]
            if id(s) in self._live:
                waiting.pop()
                continue
            sources = [] if s.node is None else [i for i in s.node.inputs if isinstance(i, Tensor)]
            unknown = [i for i in sources if id(i) not in self._live]
            if unknown:
                waiting += unknown
                continue
            self._live[id(s)] = any(self._live[id(i)] for i in sources)
            self._kept.append(s)  # an id stays that of this tensor
        return self._live[id(t)]


def _example(model: Module, x: Images, example: int) -> Array:
    array = x.data if isinstance(x, Tensor) else np.asarray(x)
    if array.ndim < 2 or not array.size:
        raise ValueError(
            f"unit expects examples (N, …), each with its numbers; got {array.shape}: one alone is x[None]"
        )
    if not np.all(np.isfinite(array)):
        raise ValueError("unit expects examples of finite numbers; there are NaN or ∞ among them")
    if not 0 <= example < len(array):
        raise ValueError(f"there is no example {example}: there are {len(array)}, 0 to {len(array) - 1}")
    own = next((p.dtype for p in model.parameters()), array.dtype)
    one = array[example : example + 1]
    return np.array(one, own if array.dtype.kind == "f" else array.dtype)


def _place(layer: str, y: Tensor, index: int | Sequence[int]) -> tuple[int, ...]:
    """The index with that of the example, 0, before it."""
    given = (index,) if is_whole(index) else index
    if not isinstance(given, list | tuple) or not all(is_whole(i) for i in given):
        raise TypeError(
            f"the index of a unit is a whole number, or one for each axis, as (3, 5, 5); got {short(index)}"
        )
    shape = y.shape[1:]
    if y.ndim < 2 or y.shape[0] != 1:
        raise ValueError(f"the layer {layer!r} gives {y.shape} for one example: nothing for each, so no units")
    if len(given) != len(shape) or not all(0 <= i < n for i, n in zip(given, shape, strict=True)):
        last = ", ".join(str(n - 1) for n in shape)
        raise ValueError(f"there is no unit {short(index)}: the layer {layer!r} gives {shape}, so up to ({last})")
    return (0, *(int(i) for i in given))


def _terms(
    found: Account, y: Tensor, place: tuple[int, ...], score: Tensor, seen: _Seeing
) -> tuple[tuple[Term, ...], float]:
    """The terms, largest first, with their gradients; and ∂S/∂y."""
    at = [t for t in (y, *(p.source for p in found.sum.parts)) if t.requires_grad]
    by_id = dict(zip(map(id, at), gradients(score, at=at, retain_graph=True), strict=True)) if at else {}
    gradient = float(by_id[id(y)][place]) if id(y) in by_id else 0.0
    terms: list[Term] = []
    for part in found.sum.parts:
        terms += _of_part(part, by_id.get(id(part.source)), gradient * found.slope, score, seen)
    return tuple(sorted(terms, key=lambda t: -abs(t.product))), gradient


def _of_part(part: Part, gradient: Array | None, through: float, score: Tensor, seen: _Seeing) -> list[Term]:
    x, source = part.x, name_of(part.source, seen.names)
    slopes = np.zeros(len(x)) if gradient is None else gradient[tuple(part.at.T)].astype(np.float64)
    weight, of_weight = "", np.full(len(x), np.nan)
    places: list[tuple[int, ...]] = [()] * len(x)
    if part.weight is not None and part.weight_at is not None:
        weight = name_of(part.weight, seen.parameters)
        places = [tuple(map(int, row)) for row in part.weight_at]
        of_weight = gradient_of_weight(part.weight, score)[tuple(part.weight_at.T)].astype(np.float64)
    return [
        Term(
            float(x[k]), float(part.w[k]), float(part.w[k] * x[k]), source, tuple(map(int, part.at[k][1:])), weight,
            places[k], float(slopes[k]), float(through * part.w[k]), float(of_weight[k]),
        )
        for k in range(len(x))
    ]  # fmt: skip


def _picture(found: Account) -> Array:
    """The weights of the first part at the places of their x, cut to where there are any."""
    if not found.sum.parts or not len(found.sum.parts[0].at):
        return np.zeros(0)
    part = found.sum.parts[0]
    laid = np.zeros(part.source.shape)
    laid[tuple(part.at.T)] = part.w
    source = part.source
    while source.node is not None and source.node.rule.__name__ == "reshape":  # rows that were maps before
        source = source.node.inputs[0]
    if part.source.ndim == 2 and source.ndim == 4:
        return np.asarray(laid.reshape(source.shape)[0])
    low, high = part.at.min(axis=0), part.at.max(axis=0) + 1
    return np.asarray(laid[tuple(slice(a, b) for a, b in zip(low, high, strict=True))][0])


def _number(value: float) -> str:
    return f"{value:.{DIGITS}g}".replace("-", "−")

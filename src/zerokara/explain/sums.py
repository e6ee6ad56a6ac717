"""One application of a rule at one place of its result, taken apart in float64:  value = Σ w·x + b.

For rules that are sums the numbers are the formula's own (w the weight, b the bias). Where a rule chooses (a maximum),
w is 1 for what was chosen and 0 for the rest. For all others (softmax, a quotient) w is the slope ∂value/∂x and b is
what the straight line leaves over, so the numbers still add up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.autodiff.graph import Node, unbroadcast
from zerokara.explain.seen import seen_through

Index = tuple[int, ...]
Kind = Literal["sum", "choice", "slope"]

LINEAR = (
    "add", "subtract", "negative", "sum", "mean", "cumsum", "avg_pool2d", "where", "batch_norm_inference", "prelu",
    "multiply", "divide", "matmul", "einsum",
)  # fmt: skip
"""Rules that are linear in what comes from the input, apart from a constant."""

PRODUCTS = ("multiply", "matmul", "einsum", "prelu")
"""Rules that are linear in each factor: where both come from the input, the later ones count as the weights."""

CHOICES = ("max_pool2d", "max", "min", "maximum", "minimum")


@dataclass(frozen=True)
class Part:
    """The terms that come from one input of the rule: x at the places `at` (K, ndim), times w (K,).

    weight, weight_at: the tensor that the weights stand in, and where, if there is one.
    """

    source: Tensor
    at: Array
    w: Array
    weight: Tensor | None = None
    weight_at: Array | None = None

    @property
    def x(self) -> Array:
        """(K,), float64."""
        return np.asarray(self.source.data[tuple(self.at.T)], np.float64)


@dataclass(frozen=True)
class Sum:
    """value = Σ w·x over all parts + bias."""

    kind: Kind
    rule: str
    parts: tuple[Part, ...]
    bias: float

    @property
    def value(self) -> float:
        """Added in float64, the smallest products first."""
        products = np.concatenate([np.zeros(0), *(p.w * p.x for p in self.parts)])
        return float(np.sum(products[np.argsort(np.abs(products), kind="stable")]) + self.bias)

    def scaled(self, scale: float, shift: float) -> Sum:
        """scale·value + shift, as a sum again."""
        parts = tuple(replace(p, w=p.w * scale) for p in self.parts)
        return replace(self, parts=parts, bias=self.bias * scale + shift)


def taken_apart(node: Node, at: Index, live: Callable[[Tensor], bool]) -> Sum:
    """The sum at one place of what `node` computed; `live` says which tensors come from the input."""
    name = node.rule.__name__
    if name in _OWN and live(node.inputs[0]) and not any(live(t) for t in node.inputs[1:] if t is not None):
        return _OWN[name](node, at)
    alive = [k for k, t in enumerate(node.inputs) if t is not None and live(t)]
    if name in LINEAR and alive and not (name == "divide" and alive != [0]):
        return _linear(node, at, alive[:1] if name in PRODUCTS else alive)
    return _by_slopes(node, at, alive, "choice" if name in CHOICES else "slope")


# ── rules with weights ───────────────────────────────────────────────────────────────────────────────────────────────


def _affine(node: Node, at: Index) -> Sum:
    """y[n,o] = Σ_k x[n,k]·w[o,k] + b[o]"""
    w = node.inputs[1]
    k = np.arange(w.shape[1])
    x_at, w_at = np.stack([np.full_like(k, at[0]), k], 1), np.stack([np.full_like(k, at[1]), k], 1)
    return _weighted(node, x_at, w_at, at[1])


def _conv(node: Node, at: Index) -> Sum:
    """y[n,f,i,j] = Σ_cpq x[n, c, i·s+p·d−padding, j·s+q·d−padding]·w[f,c,p,q] + b[f], c of the group of f"""
    x, w, o = node.inputs[0], node.inputs[1], node.options
    n, f, i, j = at
    c, p, q = (a.ravel() for a in np.indices(w.shape[1:]))
    rows = i * o["stride"][0] - o["padding"][0] + p * o["dilation"][0]
    columns = j * o["stride"][1] - o["padding"][1] + q * o["dilation"][1]
    inside = (rows >= 0) & (rows < x.shape[2]) & (columns >= 0) & (columns < x.shape[3])
    first = f // (w.shape[0] // o["groups"]) * w.shape[1]
    x_at = np.stack([np.full_like(c, n), first + c, rows, columns], 1)[inside]
    return _weighted(node, x_at, np.stack([np.full_like(c, f), c, p, q], 1)[inside], f)


def _conv_back(node: Node, at: Index) -> Sum:
    """y[n,c,u,v] = Σ_f,i,j g[n,f,i,j]·w[f,c,p,q]  where  i·s + p·d − padding = u  and  j·s + q·d − padding = v"""
    g, w, o = node.inputs[0], node.inputs[1], node.options
    n, c, u, v = at
    each, filters = w.shape[1], w.shape[0] // o["groups"]
    f, p, q = (a.ravel() for a in np.indices((filters, *w.shape[2:])))
    f = f + c // each * filters
    rows, columns = (place + o["padding"][a] - k * o["dilation"][a] for a, (place, k) in enumerate(((u, p), (v, q))))
    (i, over), (j, beside) = np.divmod(rows, o["stride"][0]), np.divmod(columns, o["stride"][1])
    inside = (over == 0) & (beside == 0) & (i >= 0) & (i < g.shape[2]) & (j >= 0) & (j < g.shape[3])
    x_at = np.stack([np.full_like(f, n), f, i, j], 1)[inside]
    return _weighted(node, x_at, np.stack([f, np.full_like(f, c % each), p, q], 1)[inside], c)


def _weighted(node: Node, x_at: Array, w_at: Array, unit: int) -> Sum:
    x, w = node.inputs[:2]
    bias = node.inputs[2] if len(node.inputs) > 2 else None
    b = 0.0 if bias is None else float(bias.data.ravel()[unit if bias.size > 1 else 0])
    weights = np.asarray(w.data[tuple(w_at.T)], np.float64)
    return Sum("sum", node.rule.__name__, (Part(x, x_at, weights, w, w_at),), b)


def _layer_norm(node: Node, at: Index) -> Sum:
    """y = γ·(x − μ)/√(σ² + ε) + β, the spread taken as a number: w_j = γ/√(σ² + ε)·(δ_ij − 1/m), b = β"""
    x, count = node.inputs[0], node.options["axes_count"]
    lead, own = at[: x.ndim - count], at[x.ndim - count :]
    return _normalised(node, lead, (0,) * count, x.shape[x.ndim - count :], own, own)


def _group_norm(node: Node, at: Index) -> Sum:
    """The same over a group of channels of one sample, with γ and β a channel"""
    x = node.inputs[0]
    each = x.shape[1] // node.options["groups"]
    first = at[1] // each * each
    begin, shape = (first, *(0,) * (x.ndim - 2)), (each, *x.shape[2:])
    return _normalised(node, at[:1], begin, shape, (at[1] - first, *at[2:]), at[1:2])


def _normalised(node: Node, lead: Index, begin: Index, shape: Index, own: Index, unit: Index) -> Sum:
    """One number of a sample that is normalised over a box, which begins there: `own` is its place in the box."""
    x = node.inputs[0]
    box = tuple(slice(first, first + length) for first, length in zip(begin, shape, strict=True))
    numbers = x.data[lead][box].astype(np.float64)
    inverse = 1 / np.sqrt(numbers.var() + node.options["eps"])
    gamma, beta = (
        default if t is None else float(t.data[unit])
        for t, default in zip((*node.inputs[1:], None, None), (1.0, 0.0), strict=False)
    )
    w = np.full(numbers.shape, -1 / numbers.size)
    w[own] += 1
    places = np.stack([a.ravel() for a in np.indices(numbers.shape)], 1) + np.array(begin, int)
    x_at = np.concatenate([np.tile(np.array(lead, int), (len(places), 1)), places], 1)
    return Sum("sum", node.rule.__name__, (Part(x, x_at, (gamma * inverse * w).ravel()),), beta)


_OWN: dict[str, Callable[[Node, Index], Sum]] = {
    "linear": _affine, "conv2d": _conv, "conv2d_grad_x": _conv_back, "layer_norm": _layer_norm,
    "group_norm": _group_norm,
}  # fmt: skip


# ── every other rule ─────────────────────────────────────────────────────────────────────────────────────────────────


def _linear(node: Node, at: Index, alive: list[int]) -> Sum:
    """The weights are the slopes, the bias what the rule gives for inputs of 0."""
    arrays = [None if t is None else _wide(t.data) for t in node.inputs]
    options = {key: _wide(value) for key, value in node.options.items()}
    y, pullbacks = node.rule(*arrays, **options)
    still = [np.zeros_like(a) if k in alive else a for k, a in enumerate(arrays)]
    parts = tuple(_part(node, k, _pulled(pullbacks[k], y, at, arrays[k]), None) for k in alive)
    with np.errstate(all="ignore"):
        bias = float(node.rule(*still, **options)[0][at])
    return Sum("sum", node.rule.__name__, parts, bias)


def _by_slopes(node: Node, at: Index, alive: list[int], kind: Kind) -> Sum:
    """value = rule(x); w = ∂value/∂x for all that the rule can look at from this place, b the rest."""
    arrays = [None if t is None else _wide(t.data) for t in node.inputs]
    y, pullbacks = node.rule(*arrays, **{key: _wide(value) for key, value in node.options.items()})
    mark = np.zeros(y.shape, bool)
    mark[at] = True
    parts = tuple(_part(node, k, _pulled(pullbacks[k], y, at, arrays[k]), seen_through(node, k, mark)) for k in alive)
    told = Sum(kind, node.rule.__name__, parts, 0.0)
    return told if kind == "choice" else replace(told, bias=float(y[at]) - told.value)


def _pulled(pullback: Callable[[Any], Any], y: Array, at: Index, x: Any) -> Array:
    seed = np.zeros(y.shape)
    seed[at] = 1
    return np.asarray(unbroadcast(np.asarray(pullback(seed)), x.shape, np.dtype(np.float64)))


def _part(node: Node, k: int, slopes: Array, seen: Array | None) -> Part:
    places = np.argwhere(slopes != 0 if seen is None else seen)
    return Part(node.inputs[k], places, slopes[tuple(places.T)])


def _wide(value: Any) -> Any:
    return value.astype(np.float64) if isinstance(value, np.ndarray) and value.dtype.kind == "f" else value

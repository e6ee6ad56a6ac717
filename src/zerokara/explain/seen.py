"""Which numbers of the input a single unit can see at all: its receptive field, exact, with the holes of dilation.

`explain.receptive` knows windows, for all units of a map at once; this knows one unit, and every rule. A truth for
every number of a tensor is carried back through the record of the computation, rule by rule: a number is seen if one
that is seen was computed from it. Weights that are learned do not matter, not even where they are 0.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np

from zerokara import rules
from zerokara.arrays import Array, Shape
from zerokara.autodiff import Tensor
from zerokara.autodiff.graph import Node, nodes, unbroadcast

MOVES = (
    "clone", "reshape", "transpose", "getitem", "scatter", "concatenate", "cast", "broadcast_to", "upsample_nearest",
)  # fmt: skip
"""Rules that put numbers elsewhere and leave them as they are."""

SUMS = ("avg_pool2d_grad", "max_pool2d_grad", "upsample_nearest_grad")
"""Rules that add up numbers, with weights that are not learned and not negative."""

REDUCTIONS = ("sum", "mean", "var", "std", "max", "min", "vector_norm", "logsumexp")
ALONG = ("softmax", "log_softmax", "cumsum", "sort")


def seen_by(y: Tensor, index: tuple[int, ...], x: Tensor) -> Array:
    """A truth for every number of x: whether y[index] can depend on it by the way it was computed."""
    start = np.zeros(y.shape, bool)
    start[index] = True
    masks: dict[int, Array] = {id(y): start}
    tensors: dict[int, Tensor] = {id(y): y}
    made_by = {y.node.number: y} if y.node is not None else {}
    for node in reversed(nodes(y)):
        t = made_by.get(node.number)
        if t is None or t is x:
            continue
        for k, source in enumerate(node.inputs):
            if not isinstance(source, Tensor) or (source.node is None and source is not x):
                continue
            part = seen_through(node, k, masks[id(t)])
            masks[id(source)] = masks[id(source)] | part if id(source) in masks else part
            tensors[id(source)] = source
            if source.node is not None:
                made_by[source.node.number] = source
    return masks.get(id(x), np.zeros(x.shape, bool))


def seen_through(node: Node, k: int, mask: Array) -> Array:
    """What a rule's k-th input contributes to the numbers of its result that `mask` marks."""
    x, name, options = node.inputs[k].data, node.rule.__name__, node.options
    if name in (*MOVES, *SUMS):
        pulled = node.pullbacks[k](mask.astype(_floating(x)))
        return np.asarray(unbroadcast(pulled, x.shape, _floating(x)) != 0)
    if name in _OWN:
        return _OWN[name](node, k, mask)
    if name in REDUCTIONS:
        ones = rules.sum(np.ones(x.shape), axis=options.get("axis"), keepdims=options.get("keepdims", False))
        return np.asarray(ones[1][0](mask.astype(float)) != 0)
    if name in ALONG:
        return np.broadcast_to(mask.any(axis=options.get("axis", -1), keepdims=True), x.shape).copy()
    if x.ndim <= mask.ndim and all(n in (1, m) for n, m in zip(x.shape[::-1], mask.shape[::-1], strict=False)):
        # element by element
        return np.asarray(unbroadcast(mask.astype(float), x.shape, np.dtype(float)) != 0)
    return np.full(x.shape, bool(mask.any()))


def _floating(x: Array) -> Any:
    return x.dtype if x.dtype.kind == "f" else np.float64


def steps(size: int, kernel: int, stride: int, padding: int, dilation: int, count: int) -> list[tuple[Array, Array]]:
    """Along one axis, for each place of a window: the outputs for which it lies in the picture, and where."""
    found = []
    for p in range(kernel):
        rows = np.arange(count) * stride - padding + p * dilation
        inside = np.flatnonzero((rows >= 0) & (rows < size))
        found.append((inside, rows[inside]))
    return found


def _windows(picture: Shape, outputs: Shape, kernel: Shape, options: dict[str, Any]) -> list[tuple[Any, Any]]:
    """For each place of a window, which outputs there are, and which pixels they see through it."""
    dilation = options.get("dilation", (1, 1))
    axes = [
        steps(picture[a], kernel[a], options["stride"][a], options["padding"][a], dilation[a], outputs[a])
        for a in (0, 1)
    ]
    return [
        (
            (slice(None), slice(None), *np.ix_(down[0], across[0])),
            (slice(None), slice(None), *np.ix_(down[1], across[1])),
        )
        for down, across in product(*axes)
    ]


def _pool(node: Node, k: int, mask: Array) -> Array:
    x = node.inputs[0].data
    found = np.zeros(x.shape, bool)
    for there, here in _windows(x.shape[2:], mask.shape[2:], node.options["kernel"], node.options):
        found[here] |= mask[there]
    return found


def _channels(mask: Array, groups: int, each: int) -> Array:
    """Truths of channels on one side of a convolution → of the `each` channels a group on the other side."""
    n, _, *pixels = mask.shape
    grouped = mask.reshape(n, groups, -1, *pixels).any(axis=2, keepdims=True)
    return np.repeat(grouped, each, axis=2).reshape(n, groups * each, *pixels)


def _conv(node: Node, k: int, mask: Array) -> Array:
    x, w = node.inputs[0].data, node.inputs[1].data
    if k:
        return np.full(node.inputs[k].shape, bool(mask.any()))
    wide, found = _channels(mask, node.options["groups"], w.shape[1]), np.zeros(x.shape, bool)
    for there, here in _windows(x.shape[2:], mask.shape[2:], w.shape[2:], node.options):
        found[here] |= wide[there]
    return found


def _conv_back(node: Node, k: int, mask: Array) -> Array:
    g, w = node.inputs[0].data, node.inputs[1].data
    if k:
        return np.full(node.inputs[k].shape, bool(mask.any()))
    groups = node.options["groups"]
    wide, found = _channels(mask, groups, w.shape[0] // groups), np.zeros(g.shape, bool)
    for there, here in _windows(mask.shape[2:], g.shape[2:], w.shape[2:], node.options):
        found[there] |= wide[here]
    return found


def _linear(node: Node, k: int, mask: Array) -> Array:
    x = node.inputs[k].data
    rows = mask.any(axis=-1, keepdims=True)
    return np.broadcast_to(rows, x.shape).copy() if k == 0 else np.full(x.shape, bool(mask.any()))


def _matmul(node: Node, k: int, mask: Array) -> Array:
    """Through the zeros of a matrix that is not learned (that of a resize, or of a mean) nothing is seen."""
    x, other = node.inputs[k].data, node.inputs[1 - k]
    there = np.ones(other.shape) if other.requires_grad else (other.data != 0).astype(float)
    wide = mask.astype(float) @ there.swapaxes(-1, -2) if k == 0 else there.swapaxes(-1, -2) @ mask.astype(float)
    return np.asarray(unbroadcast(wide, x.shape, np.dtype(float)) != 0)


def _einsum(node: Node, k: int, mask: Array) -> Array:
    ones = [np.ones(t.shape) for t in node.inputs]
    return np.asarray(rules.einsum(*ones, **node.options)[1][k](mask.astype(float)) != 0)


def _layer_norm(node: Node, k: int, mask: Array) -> Array:
    if k:
        return np.full(node.inputs[k].shape, bool(mask.any()))
    axes = tuple(range(mask.ndim - node.options["axes_count"], mask.ndim))
    return np.broadcast_to(mask.any(axis=axes, keepdims=True), mask.shape).copy()


def _group_norm(node: Node, k: int, mask: Array) -> Array:
    if k:
        return np.full(node.inputs[k].shape, bool(mask.any()))
    rows = mask.reshape(len(mask), node.options["groups"], -1)
    return np.broadcast_to(rows.any(axis=-1, keepdims=True), rows.shape).reshape(mask.shape).copy()


def _single(node: Node, k: int, mask: Array) -> Array:
    return mask if k == 0 else np.full(node.inputs[k].shape, bool(mask.any()))


_OWN: dict[str, Callable[[Node, int, Array], Array]] = {
    "max_pool2d": _pool, "avg_pool2d": _pool, "conv2d": _conv, "conv2d_grad_x": _conv_back, "linear": _linear,
    "matmul": _matmul, "einsum": _einsum, "layer_norm": _layer_norm, "group_norm": _group_norm,
    "batch_norm_inference": _single, "prelu": _single,
}  # fmt: skip

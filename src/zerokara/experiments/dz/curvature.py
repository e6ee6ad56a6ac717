"""The product of a Hessian and a vector without the matrix, and what it costs."""

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, gradients
from zerokara.autodiff.graph import nodes


def small_network(hidden: int, rng: np.random.Generator) -> list[Tensor]:
    """Weights and biases of 2 – hidden – 1: (hidden, 2), (hidden,), (1, hidden), (1,)."""
    shapes = (hidden, 2), (hidden,), (1, hidden), (1,)
    return [Tensor(rng.standard_normal(shape) / np.sqrt(shape[-1]), requires_grad=True) for shape in shapes]


def small_loss(weights: list[Tensor], x: Array, labels: Array, activation: str) -> Tensor:
    """The binary cross-entropy of the network's scores of x (N, 2), labels (N, 1)."""
    w1, b1, w2, b2 = weights
    hidden = getattr(F, activation)(F.linear(Tensor(x), w1, b1))
    return F.binary_cross_entropy_with_logits(F.linear(hidden, w2, b2), labels)


def product(weights: list[Tensor], loss: Tensor, v: Array) -> Array:
    """H·v = ∇⟨∇L, v⟩ in a row."""
    slopes, parts, start = gradients(loss, weights, create_graph=True), [], 0
    for slope in slopes:
        parts.append((slope * v[start : start + slope.size].reshape(slope.shape)).sum())
        start += slope.size
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return np.concatenate([g.ravel() for g in gradients(total, weights)])


def cost(weights: list[Tensor], loss: object, rng: np.random.Generator) -> list[float]:
    """[weights, operations of the loss and its gradient, operations of the loss and H·v]

    An operation is a node of a graph. To count those of a way back it is recorded; the nodes that it runs again for
    that are not part of an ordinary one.
    """
    begin = _clock(weights[0])
    value = loss(weights)  # type: ignore[operator]
    forward = len(nodes(value))
    slopes = gradients(value, weights, create_graph=True)
    first = _clock(weights[0]) - begin - 1
    along = sum((slope * rng.standard_normal(slope.shape)).sum() for slope in slopes)
    walked, before = len(nodes(along)), _clock(weights[0])
    gradients(along, weights, create_graph=True)
    second = _clock(weights[0]) - before - 1 - walked
    return [sum(w.size for w in weights), first - forward, before - begin - 1 + second]


def _clock(x: Tensor) -> int:
    """The running number of the newest node."""
    node = (x * 1).node
    assert node is not None
    return node.number

"""What a network does, written down twice: for a batch of two and for a batch of three.

Where the two differ, the length of the batch is at work: a shape of (2, 400) that becomes (3, 400) is (N, 400). Inputs
are random and differ too, so that numbers which a network computes outside of the rules cannot pass for constants.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array, DTypeLike, Shape, generator
from zerokara.autodiff import Tensor, noting, recording
from zerokara.autodiff.graph import Node, nodes
from zerokara.io.onnx.noted import noted, origin, tensors
from zerokara.nn import Module, observe

BATCHES = (2, 3)


@dataclass(frozen=True)
class Recording:
    """One forward pass: what went in and came out, every node in order, its result, and a path to name it by."""

    x: Tensor
    y: Tensor
    nodes: list[Node]
    results: dict[int, Tensor]
    paths: dict[int, str]


@contextmanager
def evaluating(model: Module) -> Iterator[None]:
    """Within the block the model is in evaluation mode; afterwards every part is in the mode that it was in."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode


def record(model: Module, shape: Shape, batch: int, tokens: int | None = None) -> Recording:
    """Run the model in evaluation mode on a random batch of samples of this shape, and keep the graph.

    With `tokens` the samples are whole numbers below it; of several results the first one counts then.
    """
    if not recording():
        raise ValueError("a network is exported from the record of what it does: call save_onnx outside of no_grad()")
    x = Tensor(random_batch(shape, batch, dtype_of(model), tokens), requires_grad=tokens is None)
    names = {id(module): name for name, module in model.named_modules()}
    seen: list[tuple[int, str]] = []

    def look(module: Module, y: object) -> None:
        if isinstance(y, Tensor) and y.node is not None and id(module) in names:
            seen.append((y.node.number, names[id(module)]))

    with evaluating(model), observe(look), noting(noted):
        y = model(x)
    y = y[0] if tokens is not None and isinstance(y, tuple) else y
    if not isinstance(y, Tensor):
        raise ValueError(f"only a network that returns one tensor can be exported; this one returns {type(y).__name__}")
    made, compared = _with_compared(y)
    met = [t for node in made for t in node.inputs if t is not None]
    results = {t.node.number: t for t in (*met, *compared, y) if t.node is not None}
    return Recording(x, y, made, results, _paths(made, seen))


def _with_compared(y: Tensor) -> tuple[list[Node], list[Tensor]]:
    """The nodes that y was computed of, in order, those of truth values among them; and the tensors compared there."""
    found: dict[int, Node] = {}
    compared: list[Tensor] = []
    roots = [y]
    while roots:
        new = [node for node in nodes(roots.pop()) if node.number not in found]
        found.update((node.number, node) for node in new)
        arrays = [array for node in new for array in (*node.options.values(), *_constants(node))]
        known = [note for array in arrays if (note := origin(array)) is not None]
        roots += [t for note in known for t in tensors(note)]
        compared += [t for note in known for t in tensors(note)]
    return [found[number] for number in sorted(found)], compared


def _constants(node: Node) -> list[Array]:
    """The arrays of the inputs that have no node."""
    return [t.data for t in node.inputs if t is not None and t.node is None]


def dtype_of(model: Module) -> np.dtype[np.generic]:
    """The type that the model computes in."""
    return next((parameter.dtype for parameter in model.parameters()), np.dtype(np.float32))


def random_batch(shape: Shape, batch: int, dtype: DTypeLike, tokens: int | None = None) -> Array:
    """Normally distributed numbers, or whole ones below `tokens`; others for each length of the batch."""
    if tokens is not None:
        return generator(batch, "onnx").integers(0, tokens, (batch, *shape))
    return generator(batch, "onnx").standard_normal((batch, *shape), dtype=np.float32).astype(dtype)


def _paths(made: list[Node], seen: list[tuple[int, str]]) -> dict[int, str]:
    """Results of modules have the module's name; others that of their rule, beside the module that came next."""
    own: dict[int, str] = {}
    for number, name in seen:
        own.setdefault(number, name)
    paths, later = {}, iter(seen)
    number, name = next(later, (-1, ""))
    for node in made:
        while number < node.number and (following := next(later, None)) is not None:
            number, name = following
        beside = name.rpartition(".")[0]
        paths[node.number] = own.get(node.number) or ".".join(filter(None, [beside, node.rule.__name__]))
    return paths

"""From a graph to layers and the order in which they run."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np

import zerokara.io.onnx.operators  # noqa: F401  (fills the table)
from zerokara.io.onnx.graph import Graph, Node, needed
from zerokara.io.onnx.naming import Names
from zerokara.io.onnx.operator import OPERATORS, Call, Entry, Operator, Own, Source, Value, computed_in
from zerokara.io.onnx.room import batch_of
from zerokara.kernels.tracing import CaptureError
from zerokara.nn import Module, Parameter


@dataclass(frozen=True)
class Step:
    """A layer, and the names of the values that flow in and out."""

    layer: Operator
    node: Node
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


class Program:
    """The steps in order, and which of them a wanted value needs. No module, list or tuple: nobody walks through it."""

    def __init__(self, graph: Graph, steps: tuple[Step, ...]) -> None:
        self.graph, self.steps = graph, steps
        self._plans: dict[tuple[str, ...], list[tuple[Step, list[str]]]] = {}
        self.renamed: dict[Any, frozenset[int] | None] = {}
        """What was found out about batches of other lengths (see `batching`), by what is wanted and the shapes."""

    @property
    def paths(self) -> dict[str, Step]:
        """The steps by the path of their layer."""
        return {step.layer.path: step for step in self.steps}

    def steps_for(self, wanted: tuple[str, ...]) -> list[Step]:
        """The steps that these values need, in order."""
        return [step for step, _ in self._plan(wanted)]

    def run(
        self,
        values: dict[str, Value],
        wanted: tuple[str, ...],
        batch: tuple[int, int] | None = None,
        renamed: Container[int] = (),
    ) -> list[Value]:
        """Compute what is wanted; a value is let go of after its last use.

        batch: the length that the file has, and the one that came; the first means the second in the steps `renamed`.
        """
        constants = self.graph.constants
        for number, (step, last_uses) in enumerate(self._plan(wanted)):
            with batch_of(*batch) if batch is not None and number in renamed else nullcontext():
                found = _computed(step, [values[name] for name in step.inputs])
            values.update(zip(step.outputs, found if isinstance(found, tuple) else (found,), strict=False))
            for name in last_uses:
                values.pop(name, None)
        return [values[name] if name in values else constants[name] for name in wanted]

    def _plan(self, wanted: tuple[str, ...]) -> list[tuple[Step, list[str]]]:
        if wanted not in self._plans:
            by_node = {id(step.node): step for step in self.steps}
            steps = [by_node[id(n)] for n in needed([s.node for s in self.steps], wanted)]
            last = {name: i for i, step in enumerate(steps) for name in step.inputs}
            self._plans[wanted] = [
                (step, [n for n in dict.fromkeys(step.inputs) if last[n] == i and n not in wanted])
                for i, step in enumerate(steps)
            ]
        return self._plans[wanted]


def _computed(step: Step, inputs: list[Value]) -> Value:
    """The value of a step; an error names the node."""
    layer = step.layer
    try:
        return layer(*inputs) if layer.observed(inputs) else layer.forward(*inputs)
    except CaptureError:
        raise
    except MemoryError as error:
        raise ValueError(f"{_where(step.node)} needs more memory than there is") from error
    except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError) as error:
        raise ValueError(f"{_where(step.node)}: {error}") from error


def _where(node: Node) -> str:
    return f"{node.operator} (node {node.label!r})"


class Group(Module):
    """Layers under a common name."""

    def __getitem__(self, name: str | int) -> Module:
        return dict(self.named_children())[str(name)]


class Builder:
    """Makes the layers of a network and hangs them under their names."""

    def __init__(self, root: Module, graph: Graph) -> None:
        self._root, self._graph, self._names = root, graph, Names()
        self._parameters: dict[str, Parameter] = {}
        self._used = {name for node in graph.nodes for name in node.inputs} | set(graph.outputs)

    def steps(self, nodes: Sequence[Node]) -> Iterator[Step]:
        """One step for every node."""
        return (self._step(node) for node in nodes)

    def _step(self, node: Node) -> Step:
        entry, constants = OPERATORS[node.operator], self._graph.constants
        outputs = self._outputs(node)
        held = {i: name for i, name in enumerate(node.inputs) if name in constants and self._is_held(entry, i, name)}
        path, leaves = self._names.of(node, held)
        names = leaves or {i: _leaf(entry, i, held) for i in held}
        sources = [self._source(name, names.get(i)) for i, name in enumerate(node.inputs)]
        layer = Operator(node.operator, path, Call(node.attributes, self._graph.opset, len(outputs)), sources)
        for i, leaf in names.items():
            self._hang(layer, leaf, node.inputs[i], buffer=i in entry.kept)
        self._place(path, layer)
        flowing = tuple(n for n, source in zip(node.inputs, sources, strict=True) if source is Source.FLOWING)
        return Step(layer, node, flowing, outputs)

    def _outputs(self, node: Node) -> tuple[str, ...]:
        """The outputs without those at the end that nobody uses (but one)."""
        outputs = list(node.outputs)
        while len(outputs) > 1 and outputs[-1] not in self._used:
            outputs.pop()
        return tuple(outputs) if node.operator != "Split" else node.outputs

    def _is_held(self, entry: Entry, position: int, name: str) -> bool:
        """Whether a constant becomes a parameter or buffer of the layer: floating, and no mere setting."""
        array = self._graph.constants[name]
        if not np.issubdtype(array.dtype, np.floating) or position in entry.settings:
            return False
        named = position in entry.learned or position in entry.kept
        return named or (array.size > 1 and name in self._graph.weights)

    def _source(self, name: str, leaf: str | None) -> Any:
        if leaf is not None:
            return Own(leaf)
        return None if not name else self._graph.constants.get(name, Source.FLOWING)

    def _hang(self, layer: Operator, leaf: str, name: str, *, buffer: bool) -> None:
        array = self._graph.constants[name]
        if buffer:
            layer.register_buffer(leaf, computed_in(array))
            return
        if name not in self._parameters:
            self._parameters[name] = Parameter(computed_in(array))
        setattr(layer, leaf, self._parameters[name])

    def _place(self, path: str, layer: Operator) -> None:
        holder, parts = self._root, path.split(".")
        for part in parts[:-1]:
            if part not in vars(holder):
                setattr(holder, part, Group())
            holder = getattr(holder, part)
        setattr(holder, parts[-1], layer)


def _leaf(entry: Entry, position: int, held: Mapping[int, str]) -> str:
    named = entry.learned.get(position) or entry.kept.get(position)
    others = [i for i in held if i not in entry.learned and i not in entry.kept]
    return named or (entry.other if len(others) == 1 else f"{entry.other}{others.index(position)}")


def refuse_unknown(graph: Graph) -> None:
    """ValueError naming operator, domain and node, if one is not in the table."""
    for node in graph.nodes:
        if node.domain or node.operator not in OPERATORS:
            domain = f" of domain {node.domain!r}" if node.domain else " of domain 'ai.onnx'"
            raise ValueError(
                f"the operator {node.operator}{domain} (node {node.label!r}) is not supported; "
                "docs/onnx-operators.md lists those that are"
            )

"""What an ONNX file says, as plain Python: nodes, inputs, outputs, constants. Nothing here knows the onnx package."""

import heapq
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from zerokara.arrays import Array

DTYPES: Mapping[int, "np.dtype[Any]"] = {
    number: np.dtype(name)
    for number, name in {
        1: "float32", 2: "uint8", 3: "int8", 4: "uint16", 5: "int16", 6: "int32", 7: "int64", 9: "bool",
        10: "float16", 11: "float64", 12: "uint32", 13: "uint64",
    }.items()
}  # fmt: skip
"""ONNX's numbers for the types that NumPy has."""

BFLOAT16 = 16
"""ONNX's number for a type that is computed in float32, which holds all its numbers."""


@dataclass(frozen=True)
class Input:
    """What has to be given: a name, the type of the numbers (None: not said), the lengths of the axes as far as fixed.

    `shape` holds a length, or a name ("N"), or None for every axis; it is None where the file says nothing.
    """

    name: str
    dtype: "np.dtype[Any] | None"
    shape: tuple[int | str | None, ...] | None


@dataclass(frozen=True)
class Node:
    """One application of an operator. An input or output that is left out has the name ""."""

    operator: str
    domain: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """How messages speak of it: its own name, else that of what it makes."""
        return self.name or next((name for name in self.outputs if name), "without a name")


@dataclass(frozen=True)
class Graph:
    """A network: nodes in an order in which they can be computed, and the arrays that are known beforehand.

    `weights` are the names of those constants that the file keeps apart from the nodes, as what was learned is kept.
    """

    inputs: tuple[Input, ...]
    outputs: tuple[str, ...]
    nodes: tuple[Node, ...]
    constants: Mapping[str, Array]
    opset: int
    weights: frozenset[str] = frozenset()
    metadata: Mapping[str, str] = field(default_factory=dict)


def needed(nodes: Sequence[Node], outputs: Iterable[str]) -> tuple[Node, ...]:
    """The nodes that something wanted depends on, in their order."""
    wanted, kept = set(outputs), []
    for node in reversed(nodes):
        if wanted.intersection(node.outputs):
            kept.append(node)
            wanted.update(node.inputs)
    return tuple(reversed(kept))


def without_names_for_constants(graph: Graph) -> Graph:
    """The graph without `Constant` and with no `Identity` of a constant: each stands in the constants by its name."""
    constants, weights, nodes = dict(graph.constants), set(graph.weights), []
    for node in graph.nodes:
        if node.operator == "Constant" and not node.domain:
            constants[node.outputs[0]] = constant_of(node)
        elif node.operator == "Identity" and not node.domain and node.inputs and node.inputs[0] in constants:
            constants[node.outputs[0]] = constants[node.inputs[0]]
            weights.update(node.outputs if node.inputs[0] in weights else ())
        else:
            nodes.append(node)
    return replace(graph, nodes=tuple(nodes), constants=constants, weights=frozenset(weights))


def constant_of(node: Node) -> Array:
    """The array that a `Constant` node holds."""
    types = {"value_float": np.float32, "value_floats": np.float32, "value_int": np.int64, "value_ints": np.int64}
    for name, value in node.attributes.items():
        if name == "value" and isinstance(value, np.ndarray):
            return value
        if name in types and isinstance(value, int | float | list):
            return np.array(value, types[name])
    raise ValueError(f"Constant (node {node.label!r}) holds no array of numbers; it has {_listed(node.attributes)}")


def in_order(graph: Graph) -> Graph:
    """The graph with every node after those it uses, else in the file's order.

    Refused is what no order helps: what nothing makes, what is made twice, and nodes that wait for each other.
    """
    given = {i.name for i in graph.inputs} | set(graph.constants) | {""}
    makers = _makers(graph.nodes, given)
    for node in graph.nodes:
        for name in node.inputs:
            if name not in given and name not in makers:
                raise ValueError(f"{node.operator} (node {node.label!r}) uses {name!r}, which nothing makes")
    for name in graph.outputs:
        if name not in given and name not in makers:
            raise ValueError(f"the output {name!r} is made by no node")
    waiting = [{makers[name] for name in node.inputs if name not in given} for node in graph.nodes]
    users: dict[int, list[int]] = {}
    for place, makers_of in enumerate(waiting):
        for maker in makers_of:
            users.setdefault(maker, []).append(place)
    ready = [place for place, makers_of in enumerate(waiting) if not makers_of]
    order = []
    while ready:
        order.append(place := heapq.heappop(ready))
        for user in users.get(place, ()):
            waiting[user].discard(place)
            if not waiting[user]:
                heapq.heappush(ready, user)
    if len(order) < len(graph.nodes):
        raise ValueError(f"its nodes wait for each other in a circle: {_circle(graph.nodes, waiting)}")
    return replace(graph, nodes=tuple(graph.nodes[place] for place in order))


def _makers(nodes: Sequence[Node], given: Container[str]) -> dict[str, int]:
    """Which node, by its place, makes a value of this name."""
    makers: dict[str, int] = {}
    for place, node in enumerate(nodes):
        if not any(node.outputs):
            raise ValueError(f"{node.operator} (node {node.label!r}) makes nothing")
        for name in filter(None, node.outputs):
            if name in given or name in makers:
                raise ValueError(f"{node.operator} (node {node.label!r}) makes {name!r}, which is there already")
            makers[name] = place
    return makers


def _circle(nodes: Sequence[Node], waiting: Sequence[set[int]]) -> str:
    """A circle among nodes that wait for others: from any of them back to the first that is met again."""
    path = [next(place for place, makers in enumerate(waiting) if makers)]
    while path[-1] not in path[:-1]:
        path.append(min(waiting[path[-1]]))
    circle = path[path.index(path[-1]) :][::-1]
    shown = circle if len(circle) <= 6 else [*circle[:3], None, *circle[-2:]]
    return " → ".join("…" if place is None else nodes[place].label for place in shown)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "nothing"

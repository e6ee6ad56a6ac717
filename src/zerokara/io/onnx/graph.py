"""What an ONNX file says, as plain Python: nodes, inputs, outputs, constants. Nothing here knows the onnx package."""

from collections.abc import Iterable, Mapping, Sequence
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


def check_order(graph: Graph) -> None:
    """Refuse a graph in which something is used before it is made, or made twice."""
    made = {i.name for i in graph.inputs} | set(graph.constants) | {""}
    for node in graph.nodes:
        if not any(node.outputs):
            raise ValueError(f"{node.operator} (node {node.label!r}) makes nothing")
        for name in node.inputs:
            if name not in made:
                raise ValueError(f"{node.operator} (node {node.label!r}) uses {name!r}, which nothing before it makes")
        for name in node.outputs:
            if name and name in made:
                raise ValueError(f"{node.operator} (node {node.label!r}) makes {name!r}, which is there already")
        made.update(node.outputs)
    for name in graph.outputs:
        if name not in made:
            raise ValueError(f"the output {name!r} is made by no node")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "nothing"

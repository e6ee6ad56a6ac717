"""Names for the layers of an imported network: dotted paths of identifiers, as in a state dict.

An ONNX file names arrays ("layer1.0.conv1.weight") and nodes ("/layer1/layer1.0/conv1/Conv"), or only values
("bn1_out"). Where the arrays of a node say what layer they belong to, that is its name, so that the `state_dict` has
the names of the network that was exported; else the node's name is, else that of its first output.
"""

import re
from collections.abc import Iterator, Mapping

from zerokara.io.onnx.graph import Node
from zerokara.nn import Module

_RESERVED = frozenset(dir(Module)) | {
    "kind", "path", "training",  # an operator's own
    # the network's own
    "inputs", "output", "outputs", "output_names", "metadata", "opset", "at", "before_softmax", "before_last",
}  # fmt: skip


class Names:
    """Gives every node a path of its own; a path is never also the beginning of another."""

    def __init__(self) -> None:
        self._layers: set[str] = set()
        self._groups: set[str] = set()

    def of(self, node: Node, arrays: Mapping[int, str]) -> tuple[str, dict[int, str] | None]:
        """The path of a node, and the names of its arrays where the file gives good ones (by position)."""
        owner, leaves = _owner(arrays)
        if owner and self._free(owner):
            return self._take(owner), leaves
        return self._take(next(path for path in _candidates(node, bool(arrays)) if self._free(path))), None

    def _free(self, path: str) -> bool:
        return path not in self._layers | self._groups and self._layers.isdisjoint(_above(path))

    def _take(self, path: str) -> str:
        self._layers.add(path)
        self._groups.update(_above(path))
        return path


def _above(path: str) -> list[str]:
    """The groups that a path lies in: "a.b.c" → "a", "a.b"."""
    parts = path.split(".")
    return [".".join(parts[:i]) for i in range(1, len(parts))]


def _owner(arrays: Mapping[int, str]) -> tuple[str, dict[int, str]]:
    """("conv1", {1: "weight", 2: "bias"}) from "conv1.weight" and "conv1.bias"; "" where they have no common owner."""
    pairs = {position: name.rpartition(".") for position, name in arrays.items()}
    owners = {owner for owner, _, _ in pairs.values()}
    leaves = {position: leaf for position, (_, _, leaf) in pairs.items()}
    owner = owners.pop() if len(owners) == 1 else ""
    good = all(leaf.isidentifier() and leaf not in _RESERVED for leaf in leaves.values())
    clean = owner == cleaned(owner) and good and len(set(leaves.values())) == len(leaves)
    return (owner, leaves) if clean else ("", {})


def _candidates(node: Node, has_arrays: bool) -> Iterator[str]:
    """Paths for a node, the best first."""
    path = cleaned(node.name or node.outputs[0])
    scope, _, last = path.rpartition(".")
    if has_arrays and scope and last == node.operator:
        yield scope
    yield path
    flat = path.replace(".", "_")
    yield flat
    number = 2
    while True:
        yield f"{flat}_{number}"
        number += 1


def cleaned(name: str) -> str:
    """A dotted path of identifiers and numbers: "/layer1/layer1.0/conv1/Conv" → "layer1.0.conv1.Conv"."""
    scopes: list[str] = []
    for scope in filter(None, name.split("/")):
        if scopes and scope.startswith(scopes[-1] + "."):
            scopes.pop()  # the scope names its whole path again
        scopes.append(scope)
    parts = [re.sub(r"\W+", "_", part).strip("_") for scope in scopes for part in scope.split(".")]
    return ".".join(f"{part}_" if part in _RESERVED else part for part in filter(None, parts)) or "node"

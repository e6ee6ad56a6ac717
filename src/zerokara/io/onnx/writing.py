"""Writing a network down in ONNX: names, constants, nodes, and lengths that depend on the batch."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import numpy as np

from zerokara.arrays import Array, Shape
from zerokara.autodiff import Tensor
from zerokara.autodiff.graph import Node
from zerokara.io.onnx.recording import BATCHES

INPUT, OUTPUT, BATCH = "input", "output", "batch"
FLOAT, WHOLE, TRUTH = 1, 7, 9
TYPES = {"f": FLOAT, "i": WHOLE, "u": WHOLE, "b": TRUTH}
"""NumPy's kind of number → ONNX's number for the type in the file: float32, int64, bool."""


OUTPUTS = {"TopK": 2, "RNN": 2, "GRU": 2, "LSTM": 3}
"""How many values an operator gives where there are several; `Writer.emit` returns the name of the first."""


@dataclass(frozen=True)
class Written:
    """A node: the operator, the names of what goes in, the name of what comes out, the attributes."""

    operator: str
    inputs: tuple[str, ...]
    output: str
    attributes: Mapping[str, Any]
    others: tuple[str, ...] = ()
    """Names of what else comes out."""


@dataclass(frozen=True)
class Given:
    """A value that an operation takes: its name, its shapes for either batch, its type."""

    name: str
    shapes: tuple[Shape, Shape]
    dtype: np.dtype[Any]

    @property
    def ndim(self) -> int:
        """How many axes there are."""
        return len(self.shapes[0])

    @property
    def fixed(self) -> Shape:
        """The shape where it does not depend on the batch; ValueError where it does."""
        if self.shapes[0] != self.shapes[1]:
            raise ValueError(f"{self.name} has a shape that depends on the batch, where a fixed one is needed")
        return self.shapes[0]


class Writer:
    """The nodes and constants of a network, as far as they are written. `state` names arrays by their `id`."""

    def __init__(self, state: Mapping[int, str], opset: int) -> None:
        self.opset = opset
        self.nodes: list[Written] = []
        self.constants: dict[str, Array] = {}
        self._state = state
        self._taken = {INPUT, OUTPUT, BATCH, *state.values()}
        self._batch = ""

    def unique(self, wanted: str) -> str:
        """The name itself, or with a number behind it if it is taken."""
        candidates = (wanted if i == 1 else f"{wanted}_{i}" for i in count(1))
        name = next(name for name in candidates if name not in self._taken)
        self._taken.add(name)
        return name

    def emit(self, wanted: str, operator: str, inputs: Sequence[str], attributes: Mapping[str, Any]) -> str:
        """Write a node; returns the name of its output."""
        name = self.unique(wanted)
        others = tuple(self.unique(f"{wanted}.other") for _ in range(1, OUTPUTS.get(operator, 1)))
        self.nodes.append(Written(operator, tuple(inputs), name, attributes, others))
        return name

    def rename_last(self, name: str) -> str:
        """Give what the last node makes another name; nothing may have used it yet."""
        last = self.nodes.pop()
        self.nodes.append(replace(last, output=name))
        return name

    def constant(self, array: Array, wanted: str) -> str:
        """An array of the file: under its name in the state dict if it has one."""
        name = self._state.get(id(array)) or self.unique(wanted)
        if name not in self.constants:
            self.constants[name] = plain(array)
        return name

    def batch(self) -> str:
        """The length of the batch, an array of one whole number."""
        if not self._batch:
            self._batch = self.emit(f"{BATCH}.length", "Shape", [INPUT], {"start": 0, "end": 1})
        return self._batch

    def lengths(self, a: Sequence[int], b: Sequence[int], wanted: str) -> str:
        """Whole numbers that may depend on the batch: a for the one, b for the other, k·batch + c for any."""
        parts: list[str] = []
        fixed: list[int] = []
        for first, second in zip(a, b, strict=True):
            if first == second:
                fixed.append(first)
                continue
            parts += [self.constant(np.array(fixed, np.int64), f"{wanted}.lengths")] if fixed else []
            parts.append(self._growing(*grows(first, second), wanted))
            fixed = []
        if fixed or not parts:
            parts.append(self.constant(np.array(fixed, np.int64), f"{wanted}.lengths"))
        return parts[0] if len(parts) == 1 else self.emit(f"{wanted}.shape", "Concat", parts, {"axis": 0})

    def _growing(self, factor: int, rest: int, wanted: str) -> str:
        name = self.batch()
        for operator, number, neutral in (("Mul", factor, 1), ("Add", rest, 0)):
            if number != neutral:
                other = self.constant(np.array([number], np.int64), f"{wanted}.number")
                name = self.emit(f"{wanted}.length", operator, [name, other], {})
        return name


def grows(a: int, b: int) -> tuple[int, int]:
    """(k, c) of the length k·batch + c that is a for the first batch and b for the second."""
    factor = (b - a) // (BATCHES[1] - BATCHES[0])
    return factor, a - factor * BATCHES[0]


def plain(array: Array) -> Array:
    """An array in the types of the file: float32, int64 or bool, in C order."""
    kinds: dict[str, type] = {"f": np.float32, "i": np.int64, "u": np.int64, "b": np.bool_}
    return np.asarray(array, kinds[array.dtype.kind], order="C")


Find = Callable[["Step", Any, Any], str | None]
"""(step, an array in the first run, in the second) → the name of what the network computes there, or None."""


class Step:
    """One application of a rule, while it is being written."""

    def __init__(
        self, writer: Writer, path: str, nodes: tuple[Node, Node], results: tuple[Tensor, Tensor], find: Find
    ) -> None:
        self.writer, self.path, self.nodes, self._find = writer, path, nodes, find
        self.shapes = results[0].shape, results[1].shape
        self.dtype = results[0].dtype
        defaults = {name: p.default for name, p in inspect.signature(nodes[0].rule).parameters.items()}
        self.both_options = tuple({**defaults, **node.options} for node in nodes)

    @property
    def options(self) -> dict[str, Any]:
        """The rule's options, as they were for the first batch."""
        return self.both_options[0]

    def both(self, option: str) -> tuple[Any, Any]:
        """An option for either batch."""
        return self.both_options[0][option], self.both_options[1][option]

    def emit(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """Write a node; returns the name of what it makes."""
        return self.writer.emit(f"{self.path}.{operator.lower()}", operator, inputs, attributes)

    def constant(self, array: Any) -> str:
        """A constant of the file."""
        return self.writer.constant(np.asarray(array), f"{self.path}.constant")

    def number(self, value: float) -> str:
        """A constant with one fractional number and no axes."""
        return self.constant(np.array(value, np.float32))

    def whole(self, numbers: Sequence[int]) -> str:
        """A constant row of whole numbers."""
        return self.constant(np.array(numbers, np.int64))

    def lengths(self, a: Sequence[int], b: Sequence[int]) -> str:
        """Whole numbers that may depend on the batch."""
        return self.writer.lengths(a, b, self.path)

    def array(self, option: str) -> str:
        """An option that is an array."""
        return self.arrays(*self.both(option))

    def arrays(self, a: Array, b: Array) -> str:
        """An array from outside of the rules, for either batch: the same, or repeated as often as the batch is long.

        It may also be a multiple of the batch's length, such as how many numbers a mean is taken over, or a truth value
        that the network computes.
        """
        if (name := self._find(self, a, b)) is not None:
            return name
        if a.shape == b.shape and _same(a, b):
            return self.constant(a)
        if _counts(a, b):
            length = self.emit("Cast", self.writer.batch(), to=FLOAT if a.dtype.kind == "f" else WHOLE)
            return self.emit("Mul", self.emit("Reshape", length, self.whole([])), self.constant(a // BATCHES[0]))
        growing = [i for i, (m, n) in enumerate(zip(a.shape, b.shape, strict=False)) if m != n]
        one = a[tuple(slice(0, 1) if i in growing else slice(None) for i in range(a.ndim))]
        if a.ndim != b.ndim or not growing or not _same(a, one) or not _same(b, one):
            raise ValueError(
                f"{self.path}: numbers that depend on the input are computed outside of the rules (with NumPy, from "
                ".data, or at random); write it with tensors and functions of zerokara.functional"
            )
        return self.emit("Expand", self.constant(one), self.lengths(a.shape, b.shape))


def _counts(a: Array, b: Array) -> bool:
    """Whether two numbers are the same whole multiple of the batches' lengths."""
    single = a.shape == b.shape == () and a.dtype.kind in "if"
    return single and a * BATCHES[1] == b * BATCHES[0] and a % BATCHES[0] == 0


def _same(a: Array, b: Array) -> bool:
    """Whether two arrays, of which one may be repeated to fill the other, hold the same numbers."""
    return a is b or bool(np.all((a == b) | ((a != a) & (b != b))))

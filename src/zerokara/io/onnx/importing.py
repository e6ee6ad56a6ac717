"""Networks from ONNX files: a module that predicts, explains and learns like one that was written here."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from zerokara import functional as F
from zerokara.arguments import counted
from zerokara.arrays import native
from zerokara.autodiff import Tensor, as_tensor
from zerokara.io.onnx.batching import together
from zerokara.io.onnx.building import Builder, Program, refuse_unknown
from zerokara.io.onnx.graph import DTYPES, Graph, Input, needed
from zerokara.io.onnx.operator import Operator, Value, is_tensor, numbers_of
from zerokara.io.onnx.reading import read_graph
from zerokara.nn import Module, observing


def load_onnx(path: str | os.PathLike[str], *, output: str | None = None) -> OnnxModule:
    """The network in an ONNX file, as a module in evaluation mode.

    Its weights are parameters and its running statistics buffers, so that `fit`, `state_dict`, `save_safetensors`,
    `observe` and `explain` work as with any module. Layers have the names that stand in the file.

    output: the value that the module gives, by the name of an output or of any value or layer inside; the file's first
    output unless given. `OnnxModule.before_softmax` helps where a file ends with probabilities and scores are wanted.

    Raises ValueError in one line: for a file that is not an ONNX model or a damaged one, for an operator that is not
    supported (with its node), for numbers outside of the file's folder. Nothing in the file is executed.
    """
    graph = read_graph(path)
    try:
        return OnnxModule(graph, output).eval()
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


class OnnxModule(Module):
    """A network that was read from ONNX: its nodes are child modules, called in the file's order.

    `forward` gives one value, `output`; `outputs` gives all of the file's. `inputs` says what is expected, `metadata`
    holds the texts that the file carries.
    """

    def __init__(self, graph: Graph, output: str | None = None) -> None:
        if not isinstance(graph, Graph):
            raise TypeError(f"an OnnxModule is made by load_onnx of a file; got {type(graph).__name__} for its graph")
        if output is not None and not isinstance(output, str):
            raise TypeError(f"output is the name of a value, or None; got {type(output).__name__}")
        refuse_unknown(graph)
        kept = needed(graph.nodes, graph.outputs if output is None else [*graph.outputs, output])
        steps = tuple(Builder(self, graph).steps(kept))
        self._program = Program(graph, steps)
        self.output = self._value_named(output)

    @property
    def inputs(self) -> tuple[Input, ...]:
        """What has to be given: name, type and shape of every input."""
        return self._program.graph.inputs

    @property
    def output_names(self) -> tuple[str, ...]:
        """The names of the file's outputs."""
        return self._program.graph.outputs

    @property
    def metadata(self) -> Mapping[str, str]:
        """The texts that the file carries."""
        return self._program.graph.metadata

    @property
    def opset(self) -> int:
        """The version of the operators that the file was written for."""
        return self._program.graph.opset

    def forward(self, *inputs: Any) -> Tensor:
        """The value `output` for these inputs, in the order of `self.inputs`."""
        return as_tensor(self._run(inputs, (self.output,))[0])

    def outputs(self, *inputs: Any) -> dict[str, Tensor]:
        """All outputs of the file by name."""
        return dict(zip(self.output_names, map(as_tensor, self._run(inputs, self.output_names)), strict=True))

    def at(self, output: str) -> OnnxModule:
        """The same layers (not copies), with another value as the output: by its name, or the name of a layer."""
        other = OnnxModule.__new__(OnnxModule)
        for name, part in vars(self).items():
            object.__setattr__(other, name, part)
        other.output = other._value_named(output)
        return other

    def before_softmax(self) -> OnnxModule:
        """The same layers, giving the scores where the output is their (log-)softmax: what cross-entropy is for."""
        made = {name: step for step in self._program.steps for name in step.outputs}
        step = made.get(self.output)
        return self.at(step.inputs[0]) if step is not None and step.layer.kind in ("Softmax", "LogSoftmax") else self

    def before_last(self) -> OnnxModule:
        """The same layers, giving what goes into the last one that has weights: the features that it judges by.

        That layer, and what comes after it, is let go of: this module too no longer computes its former output.
        ValueError where no linear layer or 1×1 convolution is behind the output.
        """
        weighted = ("Gemm", "MatMul", "Conv")
        steps = self._program.steps_for((self.output,))
        last = next((step for step in reversed(steps) if step.layer.kind in weighted), None)
        weight = None if last is None else getattr(last.layer, "weight", None)
        if last is None or weight is None or (weight.ndim == 4 and weight.shape[2:] != (1, 1)):
            raise ValueError("this network has no last layer with weights that could be replaced by another")
        found = self.at(last.inputs[0])
        kept = {id(step) for step in self._program.steps_for((found.output,))}
        for step in self._program.steps:
            if id(step) not in kept:
                _let_go(self, step.layer.path)
                _let_go(found, step.layer.path)
        return found

    def extra_repr(self) -> str:
        """Inputs and output."""
        return f"{', '.join(f'{i.name} {_shown(i)}' for i in self.inputs)} → {self.output}"

    def _value_named(self, name: str | None) -> str:
        graph, steps = self._program.graph, self._program.steps
        if name is None:
            return graph.outputs[0]
        values = {n for step in steps for n in step.outputs if n} | set(graph.outputs)
        layers = {path: step.outputs[0] for path, step in self._program.paths.items()}
        if name not in values and name not in layers:
            raise ValueError(f"there is no value or layer {name!r}; the outputs are {', '.join(graph.outputs)}")
        return name if name in values else layers[name]

    def _run(self, given: Sequence[Any], wanted: tuple[str, ...]) -> list[Value]:
        declared = self.inputs
        if len(given) != len(declared):
            names = ", ".join(i.name for i in declared)
            raise ValueError(f"this network expects {counted(len(declared), 'input')}, {names}; got {len(given)}")
        own = next((p.dtype for p in self.parameters()), None)
        values = {i.name: _received(i, value, own) for i, value in zip(declared, given, strict=True)}
        with np.errstate(all="ignore"):
            return self._of_any_length(values, wanted)

    def _of_any_length(self, values: dict[str, Value], wanted: tuple[str, ...]) -> list[Value]:
        """All examples at once where that is the same (see `batching`), else as many at a time as the file has."""
        first = self.inputs[0] if self.inputs else None
        length = first.shape[0] if first is not None and first.shape else None
        if first is None or not isinstance(length, int) or (given := values[first.name].shape[0]) == length:
            return self._program.run(values, wanted)
        rows = _with_rows(self.inputs, values, given)
        key = (wanted, tuple((name, value.shape[1:], name in rows) for name, value in values.items()))
        if key not in self._program.renamed:
            self._program.renamed[key] = together(self._program, values, rows, length, wanted)
        renamed = self._program.renamed[key]
        if renamed is None:
            return self._apart(values, rows, length, given, wanted)
        return self._program.run(values, wanted, (length, given), renamed)

    def _apart(
        self, values: dict[str, Value], rows: frozenset[str], length: int, given: int, wanted: tuple[str, ...]
    ) -> list[Value]:
        """As many examples at a time as the file has, and their answers one after the other."""
        written = f"this network was written for batches of {length}, and what it computes goes across the examples"
        if given == 0 or given % length:
            raise ValueError(f"{written}: it takes a multiple of {length}; got {given}")
        if observing():
            raise ValueError(f"{written}: its layers can be looked at for {length} at a time; got {given}")
        if any(isinstance(m, Operator) and m.kind == "BatchNormalization" and m.training for m in self.modules()):
            raise ValueError(f"{written}: its batch norms learn from batches of {length} only; got {given}")
        parts = [
            self._program.run({n: v[i : i + length] if n in rows else v for n, v in values.items()}, wanted)
            for i in range(0, given, length)
        ]
        return [_joined(answers, length) for answers in zip(*parts, strict=True)]


def _let_go(holder: Module, path: str) -> None:
    """Remove the layer at a path, unless it is gone already."""
    *folders, name = path.split(".")
    for part in folders:
        holder = getattr(holder, part)
    if name in vars(holder):
        delattr(holder, name)


def _with_rows(inputs: Sequence[Input], values: Mapping[str, Value], given: int) -> frozenset[str]:
    """The inputs that have a row for each example; the others are the same for all."""
    found = set()
    for declared in inputs:
        shape, came = declared.shape, values[declared.name].shape
        if not shape or not came or came[0] == shape[0]:
            continue
        if came[0] == given:
            found.add(declared.name)
        elif isinstance(shape[0], int):
            raise ValueError(f"this network expects {declared.name} of {shape[0]} or {given} rows; got {came}")
    return frozenset(found)


def _joined(answers: Sequence[Value], length: int) -> Value:
    """Answers of parts of a batch as those of the whole: rows after rows; one that has none gets an axis for them."""
    first = answers[0]
    if first.ndim == 0 or first.shape[0] != length:
        if length != 1:
            raise ValueError(
                f"this network gives {first.shape} for {length} examples: nothing that could be put together"
            )
        answers = [answer.reshape((1, *answer.shape)) for answer in answers]
    return F.concatenate(answers, 0) if is_tensor(first) else np.concatenate(answers, 0)


def _received(declared: Input, value: Any, own: np.dtype[Any] | None) -> Value:
    """An input as the network takes it: floating numbers as a tensor, others as an array; else an error in words."""
    if isinstance(value, np.ndarray) and value.dtype.kind not in "biuf":
        raise TypeError(f"{declared.name} holds {value.dtype}, which no supported network takes: convert it first")
    array = numbers_of(value if isinstance(value, Tensor) else as_tensor(value))
    if isinstance(array, np.ndarray) and not array.dtype.isnative:
        value = array = native(array)
    expected, shape = declared.shape, array.shape
    if array.dtype not in DTYPES.values():
        raise TypeError(f"{declared.name} holds {array.dtype}, which no supported network takes: convert it first")
    if expected is not None and not _fits(expected, shape):
        raise ValueError(f"this network expects {declared.name} of shape {_shown(declared)}; got {shape}")
    floating = np.issubdtype(array.dtype, np.floating)
    if declared.dtype is not None and np.issubdtype(declared.dtype, np.floating):
        wanted = own or declared.dtype
        if array.dtype != wanted:
            raise TypeError(
                f"this network computes in {wanted}; got {declared.name} in {array.dtype}: "
                f"convert it with .astype({str(wanted)!r})"
            )
    elif declared.dtype is not None and array.dtype != declared.dtype:
        return _as_declared(declared.name, array, declared.dtype)
    if not floating:
        return array
    return value if isinstance(value, Tensor) else as_tensor(array)


def _as_declared(name: str, array: Any, dtype: np.dtype[Any]) -> Value:
    """Whole numbers in the type that the file says, or an error where one of them would be another."""
    if np.can_cast(array.dtype, dtype) or (
        isinstance(array, np.ndarray) and array.dtype.kind in "iub" and np.array_equal(array, array.astype(dtype))
    ):
        return array.astype(dtype)
    raise TypeError(f"this network expects {name} in {dtype}; got {array.dtype}, which holds other numbers too")


def _fits(expected: tuple[int | str | None, ...], shape: tuple[int, ...]) -> bool:
    """The batch may have any length; other axes those that are fixed in the file."""
    pairs = list(zip(expected, shape, strict=False))[1 if len(expected) > 1 else 0 :]
    return len(expected) == len(shape) and all(not isinstance(e, int) or e == n for e, n in pairs)


def _shown(given: Input) -> str:
    if given.shape is None:
        return "(any)"
    lengths = [str(n) if n is not None else "?" for n in given.shape]
    if len(lengths) > 1 and isinstance(given.shape[0], int):
        lengths[0] = "N"
    return f"({', '.join(lengths)})"

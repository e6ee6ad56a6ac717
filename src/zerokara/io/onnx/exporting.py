"""Networks to ONNX files: what a module does is recorded, and written down rule by rule."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zerokara.arrays import Array, Shape
from zerokara.autodiff import Tensor
from zerokara.io import files
from zerokara.io.onnx.agreement import difference, runtime_is_there
from zerokara.io.onnx.comparing import Comparisons
from zerokara.io.onnx.exports import EXPORTS, REFUSED
from zerokara.io.onnx.recording import BATCHES, Recording, record
from zerokara.io.onnx.writing import BATCH, INPUT, OUTPUT, TYPES, Given, Step, Writer, Written, grows
from zerokara.nn import Module
from zerokara.release import __version__
from zerokara.rules import RULES

VERSIONS = {17: 8, 18: 8, 19: 9, 20: 9, 21: 10}
"""Opset → the version of the file format (IR) that belongs to it."""

LARGEST = 2**31 - 1  # bytes that one file in this format can have


@dataclass(frozen=True)
class Exported:
    """What was written: where, how many nodes, parameters (those that evaluation uses) and bytes, for which opset.

    `difference` is how far the answers of ONNX Runtime lie from ours at most (None: it is not installed, or was not
    asked).
    """

    path: Path
    nodes: int
    parameters: int
    size: int
    opset: int
    difference: float | None


def save_onnx(
    model: Module,
    path: str | os.PathLike[str],
    input_shape: Shape,
    *,
    classes: Sequence[str] = (),
    metadata: Mapping[str, str] | None = None,
    tokens: int | None = None,
    opset: int = 17,
    compare: bool = True,
) -> Exported:
    """Write what `model` does in evaluation mode to an ONNX file, for batches of any length.

    input_shape: of one sample, without the batch axis. classes: their names, and metadata: other texts, both kept in
    the file's metadata (`classes` as a JSON list). tokens: the samples are whole numbers, int64 below this one, as a
    model of language takes them; of several results, such as scores and a state, the first is written. opset: 17 to 21.

    The file holds float32, weights under their names in the `state_dict`. It is checked by the onnx package and, where
    ONNX Runtime is installed and unless `compare=False`, run there on random batches: only if the answers are the same
    within 1e-4 does it take its name. The model stays as it is. Raises ValueError in words for a rule that cannot be
    written, for numbers computed outside of the rules, for a file that cannot be written.
    """
    if opset not in VERSIONS:
        raise ValueError(f"networks are written for opset {min(VERSIONS)} to {max(VERSIONS)}; got {opset}")
    texts = {**({"classes": json.dumps(list(classes), ensure_ascii=False)} if classes else {}), **(metadata or {})}
    shape = tuple(int(n) for n in input_shape)
    writer, result = _write(model, shape, opset, tokens)
    content = _to_bytes(writer, result, shape, texts, tokens is not None)
    found = difference(model, content, shape, tokens) if compare and runtime_is_there() else None
    target = files.write_atomically(path, content)
    parameters = sum(p.size for name, p in model.named_parameters() if name in writer.constants)
    return Exported(target, len(writer.nodes), parameters, len(content), opset, found)


def _write(model: Module, shape: Shape, opset: int, tokens: int | None) -> tuple[Writer, tuple[Tensor, Tensor]]:
    """The nodes and constants of the network, and its results for either batch."""
    first, second = (record(model, shape, batch, tokens) for batch in BATCHES)
    _expect_alike(first, second)
    writer = Writer(_names(model), opset)
    made: dict[int, str] = {}
    comparisons = Comparisons(lambda step, a, b: _value(step, first, made, a, b))

    def find(step: Step, a: Array, b: Array) -> str | None:
        return INPUT if a is first.x.data and b is second.x.data else comparisons.find(step, a, b)

    for a, b in zip(first.nodes, second.nodes, strict=True):
        name = OUTPUT if a is first.y.node else writer.unique(first.paths[a.number])
        step = Step(writer, name, (a, b), (first.results[a.number], second.results[b.number]), find)
        made[a.number] = _written(
            step, [_given(step, first, made, *pair) for pair in zip(a.inputs, b.inputs, strict=True)]
        )
    last = INPUT if first.y is first.x else made.get(first.nodes[-1].number) if first.nodes else None
    if last is not None and last != OUTPUT:
        writer.nodes.append(Written("Identity", (last,), OUTPUT, {}))
    if not any(INPUT in node.inputs for node in writer.nodes):
        raise ValueError(f"what this {type(model).__name__} answers does not depend on its input")
    return writer, (first.y, second.y)


def _expect_alike(first: Recording, second: Recording) -> None:
    """Refuse a network that takes other steps for another batch: only one way of computing can be written down."""
    if _course(first) != _course(second):
        raise ValueError(
            f"this network takes other steps for a batch of {BATCHES[0]} than for one of {BATCHES[1]}: "
            "what depends on the batch or on the numbers in it cannot be exported"
        )


def _course(recording: Recording) -> list[tuple[str, list[int | None]]]:
    """The rules in order, each with the places of the steps that it takes its inputs from."""
    places = {node.number: place for place, node in enumerate(recording.nodes)}
    return [
        (
            node.rule.__name__,
            [None if t is None else -1 if t.node is None else places[t.node.number] for t in node.inputs],
        )
        for node in recording.nodes
    ]


def _names(model: Module) -> dict[int, str]:
    """The names of parameters and buffers, by the `id` of their arrays; a shared one has its first name."""
    names: dict[int, str] = {}
    for name, array in (*((n, p.data) for n, p in model.named_parameters()), *model.named_buffers()):
        names.setdefault(id(array), name)
    return names


def _given(step: Step, first: Recording, made: Mapping[int, str], a: Tensor | None, b: Tensor | None) -> Given | None:
    return None if a is None or b is None else _value(step, first, made, a, b)


def _value(step: Step, first: Recording, made: Mapping[int, str], a: Tensor, b: Tensor) -> Given:
    if a is first.x:
        name = INPUT
    else:
        name = step.arrays(a.data, b.data) if a.node is None else made[a.node.number]
    return Given(name, (a.shape, b.shape), a.dtype)


def _written(step: Step, inputs: Sequence[Given | None]) -> str:
    """Write one rule; what its last node makes gets the name of the step."""
    rule = step.nodes[0].rule
    name = rule.__name__
    if name in REFUSED and RULES[name] is rule:
        raise ValueError(f"{step.path}: the rule {name} cannot be written in ONNX: {REFUSED[name]}")
    if RULES.get(name) is not rule:
        raise ValueError(f"{step.path}: the rule {name} is not one of zerokara's own; only these can be exported")
    before = len(step.writer.nodes)
    result = EXPORTS[name](step, *inputs)
    nodes = step.writer.nodes
    return step.writer.rename_last(step.path) if len(nodes) > before and nodes[-1].output == result else result


def _to_bytes(
    writer: Writer, result: tuple[Tensor, Tensor], shape: Shape, metadata: Mapping[str, str], tokens: bool
) -> bytes:
    """The file's content, checked by the onnx package."""
    import onnx

    weight = sum(array.nbytes for array in writer.constants.values())
    if weight > LARGEST:
        raise ValueError(f"this network has {weight / 1e9:.1f} GB of numbers; one ONNX file holds 2.1 GB at most")
    content: bytes = _model(writer, result, shape, metadata, tokens).SerializeToString()
    try:
        onnx.checker.check_model(content, full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        text = " ".join(str(error).split())[:300]
        raise ValueError(f"the onnx package refuses what was made of this network: {text}") from error
    return content


def _model(
    writer: Writer, result: tuple[Tensor, Tensor], shape: Shape, metadata: Mapping[str, str], tokens: bool
) -> Any:
    from onnx import helper, numpy_helper

    answer = [_length(a, b) for a, b in zip(result[0].shape, result[1].shape, strict=True)]
    graph = helper.make_graph(
        [
            helper.make_node(
                node.operator, node.inputs, [node.output, *node.others], name=node.output, **node.attributes
            )
            for node in writer.nodes
        ],
        "zerokara",
        [helper.make_tensor_value_info(INPUT, TYPES["i" if tokens else "f"], [BATCH, *shape])],
        [helper.make_tensor_value_info(OUTPUT, TYPES[result[0].dtype.kind], answer)],
        [numpy_helper.from_array(array, name) for name, array in writer.constants.items()],
    )
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", writer.opset)],
        ir_version=VERSIONS[writer.opset],
        producer_name="zerokara",
        producer_version=__version__,
    )
    helper.set_model_props(model, dict(metadata))
    return model


def _length(a: int, b: int) -> int | str | None:
    """A length of the answer's shape: fixed, that of the batch, or unknown."""
    return a if a == b else BATCH if grows(a, b) == (1, 0) else None

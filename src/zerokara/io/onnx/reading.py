"""Reading an ONNX file: bytes become a `Graph`, or a sentence that says what is wrong. Nothing in it is executed."""

import math
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from zerokara.arrays import Array, Shape
from zerokara.io import files
from zerokara.io.onnx.graph import BFLOAT16, DTYPES, Graph, Input, Node, in_order, without_names_for_constants

_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "is a zip archive (a PyTorch or Keras file?), not an ONNX model"),
    (b"\x80\x02", "is a pickle, which could run anything; export the model to ONNX instead"),
    (b"\x80\x03", "is a pickle, which could run anything; export the model to ONNX instead"),
    (b"\x80\x04", "is a pickle, which could run anything; export the model to ONNX instead"),
    (b"\x80\x05", "is a pickle, which could run anything; export the model to ONNX instead"),
    (b"\x89HDF", "is an HDF5 file (Keras weights?), not an ONNX model"),
    (b"\x89PNG", "is a PNG picture, not an ONNX model"),
    (b"\x1f\x8b", "is compressed with gzip; unpack it first"),
    (b"version https://git-lfs", "is only a Git LFS pointer; fetch the real file with `git lfs pull`"),
    (b"<", "is a web page or XML, not an ONNX model; was the download refused?"),
)

_EXTERNAL = 1  # TensorProto.DataLocation
_CHANGED_IN_7 = frozenset(
    {"Add", "Sub", "Mul", "Div", "Pow", "And", "Or", "Xor", "Equal", "Greater", "Less", "Gemm", "PRelu"}
    | {"BatchNormalization", "Dropout"}
)
"""Operators that then broadcast in another way, or had a mode of their own."""


def read_graph(path: str | os.PathLike[str]) -> Graph:
    """The graph in an ONNX file.

    Raises ValueError naming the file and what is wrong with it: foreign, truncated, numbers outside the folder, sizes
    that do not fit, a node that uses what nothing makes.
    """
    try:
        content = files.read(path)
        return graph_of(_parsed(content), Path(path).parent)
    except MemoryError:
        raise ValueError(f"{path} is too large for the memory of this machine") from None
    except ValueError as error:
        text = str(error)
        raise ValueError(text if str(path) in text else f"{path} {text}") from error


def graph_of(model: Any, folder: Path | None = None) -> Graph:
    """The graph of a `ModelProto`; ValueError completes the sentence "<the file> …".

    folder: where its external numbers lie; without one, external numbers are refused.
    """
    try:
        return _graph(_inlined(model), folder)
    except ValueError as error:
        raise ValueError(error if str(error).startswith("is ") else f"holds a damaged model: {error}") from error


def _parsed(content: bytes) -> Any:
    import onnx
    from google.protobuf.message import DecodeError

    for start, sentence in _FOREIGN:
        if content.startswith(start):
            raise ValueError(sentence)
    if not content:
        raise ValueError("is empty (0 bytes)")
    try:
        model = onnx.ModelProto.FromString(content)
    except (DecodeError, RecursionError):
        raise ValueError(f"is not an ONNX model, or a truncated one ({len(content):,} bytes)") from None
    if not model.HasField("graph") or not model.ir_version:
        raise ValueError(f"is not an ONNX model ({len(content):,} bytes): there is no network in it")
    return model


def _inlined(model: Any) -> Any:
    """The model with its own functions written out in the operators that they are made of."""
    if not model.functions:
        return model
    from onnx import inliner

    try:
        return inliner.inline_local_functions(model)
    except Exception as error:  # whatever the C++ library finds wrong with it
        raise ValueError(f"its functions cannot be written out: {_one_line(error)}") from error


def _graph(model: Any, folder: Path | None) -> Graph:
    graph = model.graph
    _expect_texts(model)
    if graph.sparse_initializer:
        raise ValueError("is a network with sparse weights, which are not supported: export it with dense ones")
    constants = {t.name: array_of(t, folder) for t in graph.initializer}
    found = Graph(
        inputs=tuple(_input(i) for i in graph.input if i.name not in constants),
        outputs=tuple(o.name for o in graph.output),
        nodes=tuple(_nodes(graph.node, folder)),
        constants=constants,
        opset=_opset(model),
        weights=frozenset(constants),
        metadata={p.key: p.value for p in model.metadata_props},
    )
    if not found.outputs:
        raise ValueError("it has no output")
    return without_names_for_constants(in_order(found))


def _expect_texts(model: Any) -> None:
    """Refuse names that are no text: protobuf hands out bytes where they are not UTF-8."""
    graph = model.graph
    names = [named.name for named in (*graph.node, *graph.input, *graph.output, *graph.initializer)]
    names += [text for p in model.metadata_props for text in (p.key, p.value)]
    names += [d.dim_param for i in graph.input for d in i.type.tensor_type.shape.dim]
    names += [o.domain for o in model.opset_import]
    for node in graph.node:
        names += [node.op_type, node.domain, *node.input, *node.output, *(a.name for a in node.attribute)]
    if not all(isinstance(name, str) for name in names):
        raise ValueError("a name in it is not text")


def _opset(model: Any) -> int:
    """The version of ONNX's own operators; refused is what meant something else before version 7."""
    version: int = max((o.version for o in model.opset_import if o.domain in ("", "ai.onnx")), default=1)
    for node in model.graph.node:
        if version < 7 and node.op_type in _CHANGED_IN_7:
            raise ValueError(
                f"is a network of opset {version}, in which {node.op_type} (node {node.name!r}) has a meaning "
                "that it lost in opset 7: convert it to a newer one"
            )
    return version


def _input(given: Any) -> Input:
    kind = given.type.tensor_type
    if not given.type.HasField("tensor_type"):
        raise ValueError(f"is a network whose input {given.name!r} is not an array: only arrays are supported")
    if kind.elem_type and kind.elem_type not in (*DTYPES, BFLOAT16):
        raise ValueError(
            f"is a network whose input {given.name!r} has numbers of type {_type_name(kind.elem_type)}, "
            "which is not supported"
        )
    shape = tuple(_length(d) for d in kind.shape.dim) if kind.HasField("shape") else None
    dtype = np.dtype(np.float32) if kind.elem_type == BFLOAT16 else DTYPES.get(kind.elem_type)
    return Input(given.name, dtype, shape)


def _length(dimension: Any) -> int | str | None:
    if dimension.HasField("dim_value"):
        return int(dimension.dim_value) if dimension.dim_value >= 0 else None
    return dimension.dim_param or None


def _nodes(nodes: Iterable[Any], folder: Path | None) -> Iterator[Node]:
    for node in nodes:
        domain = "" if node.domain == "ai.onnx" else node.domain
        attributes = {a.name: _attribute(node, a, folder) for a in node.attribute}
        yield Node(node.op_type, domain, node.name, tuple(node.input), tuple(node.output), attributes)


def _attribute(node: Any, attribute: Any, folder: Path | None) -> Any:
    """A number, a text, a list of them, an array; what a network like ours has no use for (a graph) stays as it is."""
    from onnx import helper

    try:
        value = helper.get_attribute_value(attribute)
        if value is None:
            raise ValueError("it has no value")
        if attribute.type == attribute.TENSOR:
            return array_of(value, folder)
        return _text(value)
    except ValueError as error:
        raise ValueError(f"{node.op_type} (node {node.name!r}), attribute {attribute.name!r}: {error}") from error


def _text(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("utf-8")
    if isinstance(value, str | int | float):
        return value
    return [_text(v) for v in value] if _is_list(value) else value


def _is_list(value: Any) -> bool:
    return hasattr(value, "__len__") and hasattr(value, "__getitem__") and not hasattr(value, "DESCRIPTOR")


def array_of(tensor: Any, folder: Path | None = None) -> Array:
    """The numbers of a `TensorProto`, checked against its shape before any memory is taken."""
    from onnx import numpy_helper

    shape = tuple(int(n) for n in tensor.dims)
    if any(n < 0 for n in shape):
        raise ValueError(f"the array {tensor.name!r} has the shape {shape}")
    if tensor.data_type not in DTYPES:
        return _of_foreign_type(tensor)
    dtype = DTYPES[tensor.data_type]
    if tensor.data_location == _EXTERNAL:
        return _from_bytes(tensor.name, _external(tensor, folder), dtype, shape)
    if tensor.HasField("raw_data"):
        return _from_bytes(tensor.name, tensor.raw_data, dtype, shape)
    try:
        return np.array(numpy_helper.to_array(tensor), dtype)
    except (ValueError, TypeError) as error:
        raise ValueError(f"the array {tensor.name!r} does not fill its shape {shape}: {_one_line(error)}") from error


def _of_foreign_type(tensor: Any) -> Array:
    """bfloat16 becomes float32, which holds all its numbers; other types that NumPy lacks are refused."""
    from onnx import numpy_helper

    if tensor.data_type == BFLOAT16 and tensor.data_location != _EXTERNAL:
        return np.asarray(numpy_helper.to_array(tensor), np.float32)
    name = _type_name(tensor.data_type)
    raise ValueError(f"is a network with numbers of type {name} ({tensor.name!r}), which is not supported")


def _type_name(number: int) -> str:
    """What ONNX calls a type of numbers."""
    import onnx

    known = onnx.TensorProto.DataType.DESCRIPTOR.values_by_number
    return known[number].name if number in known else str(number)


def _from_bytes(name: str, content: bytes, dtype: "np.dtype[Any]", shape: Shape) -> Array:
    wanted = math.prod(shape) * dtype.itemsize
    if len(content) != wanted:
        raise ValueError(f"the array {name!r} of shape {shape} takes {wanted:,} bytes; there are {len(content):,}")
    return np.frombuffer(content, dtype.newbyteorder("<")).astype(dtype).reshape(shape)


def _external(tensor: Any, folder: Path | None) -> bytes:
    """The bytes of an array that lies in a file of its own, which must be inside the folder of the model."""
    told: Mapping[str, str] = {e.key: e.value for e in tensor.external_data}
    where = told.get("location", "")
    if folder is None:
        raise ValueError(f"the numbers of {tensor.name!r} lie in another file, {where!r}: load the model by its path")
    root = folder.resolve()
    path = (root / where).resolve()
    if not where or not path.is_relative_to(root) or path == root:
        raise ValueError(f"the numbers of {tensor.name!r} lie in {where!r}, outside its folder: they are not read")
    begin, length = _whole(told.get("offset", "0")), told.get("length")
    return _piece(path, tensor.name, begin, None if length is None else _whole(length))


def _piece(path: Path, name: str, begin: int, length: int | None) -> bytes:
    """The bytes of a file from `begin` on, and no others."""
    if not path.is_file():
        raise ValueError(f"there is no file {path}, which the numbers of {name!r} lie in")
    end = path.stat().st_size if length is None else begin + length
    if end > path.stat().st_size:
        raise ValueError(f"the numbers of {name!r} go to byte {end:,} of {path.name}, which is shorter")
    try:
        with path.open("rb") as file:
            file.seek(begin)
            return file.read(max(end - begin, 0))
    except OSError as error:
        raise ValueError(f"cannot read {path}: {files.reason(error)}") from error


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise ValueError(f"a place in another file is given as {text!r}")
    return int(text)


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]

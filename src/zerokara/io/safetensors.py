"""The safetensors format: arrays by name in a file that holds numbers and nothing that could be executed.

    8 bytes    length of the header, little endian
    header     JSON: for every name its dtype, shape, and where its bytes begin and end; texts under `__metadata__`
    arrays     one after another, in C order, little endian

Source: the format's own description, https://github.com/huggingface/safetensors.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.io import files

DTYPES: Mapping[str, str] = {
    "bool": "BOOL",
    "int8": "I8",
    "uint8": "U8",
    "int16": "I16",
    "uint16": "U16",
    "int32": "I32",
    "uint32": "U32",
    "int64": "I64",
    "uint64": "U64",
    "float16": "F16",
    "float32": "F32",
    "float64": "F64",
}
"""NumPy's name → the format's name."""

_ALIGNMENT = 8


def save_safetensors(
    path: str | os.PathLike[str], state: Mapping[str, Array], metadata: Mapping[str, str] | None = None
) -> Path:
    """Write arrays by name, and texts by name, to a safetensors file; return its path.

    Any memory layout and byte order is written right (transposed, strided, reversed and broadcast arrays too), which
    is checked by reading the bytes again before the file takes its name. Equal input gives equal bytes.
    Raises TypeError for a dtype the format lacks or metadata that are not text, ValueError if it cannot be written.
    """
    if metadata is not None and not isinstance(metadata, Mapping):
        raise TypeError(f"safetensors metadata are text by text; got {type(metadata).__name__}")
    content = to_bytes(files.arrays_by_name(state), metadata or {})
    return files.write_atomically(path, content)


def load_safetensors(path: str | os.PathLike[str]) -> tuple[dict[str, Array], dict[str, str]]:
    """Read a safetensors file: its arrays and its texts, each by name.

    Raises ValueError naming the file and what is wrong with it. Nothing in the file is executed.
    """
    content = files.read(path)
    try:
        return from_bytes(content)
    except ValueError as error:
        raise ValueError(f"{path} {error}") from error


def to_bytes(state: Mapping[str, Array], metadata: Mapping[str, str]) -> bytes:
    """The file's content, read again by the safetensors library and compared with `state`."""
    arrays = {name: _in_c_order(name, array) for name, array in state.items()}
    content = _serialize(arrays, metadata)
    restored, texts = from_bytes(content)
    wrong = [name for name in arrays if not _same(arrays[name], restored.get(name))]
    if wrong or len(restored) != len(arrays) or texts != dict(metadata):
        raise ValueError(f"safetensors did not give back what was saved: {', '.join(wrong) or 'its metadata'}")
    return content


def from_bytes(content: bytes) -> tuple[dict[str, Array], dict[str, str]]:
    """Arrays and texts of a file's content; ValueError completes the sentence "<the file> …"."""
    import safetensors
    import safetensors.numpy

    try:
        state: dict[str, Array] = safetensors.numpy.load(content)
    except safetensors.SafetensorError as error:
        raise ValueError(_what_is_wrong(content)) from error
    except KeyError as error:
        raise ValueError(f"holds arrays of type {error.args[0]}, which NumPy does not have") from error
    return {name: state[name] for name in sorted(state)}, _header(content).get("__metadata__", {})


def _serialize(arrays: Mapping[str, Array], metadata: Mapping[str, str]) -> bytes:
    """Wide dtypes first and the header padded, so that every array starts at a multiple of its item size."""
    header: dict[str, Any] = {"__metadata__": _texts(metadata)} if metadata else {}
    pieces, end = [], 0
    for name in sorted(arrays, key=lambda name: (-arrays[name].itemsize, name)):
        piece = arrays[name].tobytes()
        begin, end = end, end + len(piece)
        header[name] = {
            "dtype": DTYPES[arrays[name].dtype.name],
            "shape": list(arrays[name].shape),
            "data_offsets": [begin, end],
        }
        pieces.append(piece)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % _ALIGNMENT)
    return b"".join([len(text).to_bytes(8, "little"), text, *pieces])


def _in_c_order(name: str, array: Array) -> Array:
    """`array` in C order and little endian; a 0-d array stays one (`np.ascontiguousarray` would make it 1-d)."""
    if not isinstance(name, str) or name == "__metadata__":
        raise TypeError(f"arrays are saved under names that are text, and not __metadata__; got {name!r}")
    plain = np.asarray(array, order="C")
    if plain.dtype.name not in DTYPES:
        raise TypeError(f"safetensors cannot hold {name}, whose dtype is {plain.dtype}; it holds {', '.join(DTYPES)}")
    return plain.astype(plain.dtype.newbyteorder("<"), copy=False)


def _texts(metadata: Mapping[str, str]) -> dict[str, str]:
    for key, value in metadata.items():
        if not isinstance(key, str) or not isinstance(value, str):
            raise TypeError(f"safetensors metadata are text by text; got {key!r}: {value!r}")
    return {key: metadata[key] for key in sorted(metadata)}


def _same(a: Array, b: Array | None) -> bool:
    """Equal bit for bit, so that NaN equals NaN and −0 differs from 0."""
    return b is not None and a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def _header(content: bytes) -> dict[str, Any]:
    length = int.from_bytes(content[:8], "little")
    header: dict[str, Any] = json.loads(content[8 : 8 + length])
    return header


_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "is a zip archive (a PyTorch or NumPy file?), not a safetensors file"),
    (b"\x80\x02", "is a pickle, which could run anything; only safetensors files are read"),
    (b"\x80\x03", "is a pickle, which could run anything; only safetensors files are read"),
    (b"\x80\x04", "is a pickle, which could run anything; only safetensors files are read"),
    (b"\x80\x05", "is a pickle, which could run anything; only safetensors files are read"),
    (b"\x89HDF", "is an HDF5 file (Keras weights?), not a safetensors file"),
    (b"\x89PNG", "is a PNG picture, not a safetensors file"),
    (b"\x1f\x8b", "is compressed with gzip; unpack it first"),
    (b"version https://git-lfs", "is only a Git LFS pointer; fetch the real file with `git lfs pull`"),
    (b"<", "is a web page or XML, not a safetensors file; was the download refused?"),
)


def _what_is_wrong(content: bytes) -> str:
    if not content:
        return "is empty (0 bytes)"
    if content[8:9] == b"{":
        return f"is a damaged or truncated safetensors file ({len(content):,} bytes)"
    known = (sentence for start, sentence in _FOREIGN if content.startswith(start))
    return next(known, "is not a safetensors file")

"""Arrays on the wire: how a message with arrays is written as bytes. `static/js/frames.js` reads and writes the same.

    u32 length of the head · head (JSON, UTF-8) · zeros up to a multiple of 8 · the arrays, each from a multiple of 8 on

All numbers are little-endian. The head holds what the message says and, under `arrays`, a list of
`{"name", "dtype", "shape", "offset"}`; offsets count from the beginning of the data.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np

from zerokara.arrays import Array

DTYPES = ("uint8", "int16", "int32", "float32", "float64")
"""What a browser has typed arrays for."""

LARGEST = 64 * 2**20
"""Bytes of one message at most."""


def encode(head: Mapping[str, Any], arrays: Mapping[str, Array] | None = None) -> bytes:
    """The bytes of a message. Raises ValueError for a dtype that a browser does not know."""
    told, parts, offset = [], [], 0
    for name, given in (arrays or {}).items():
        array = np.ascontiguousarray(given)
        if array.dtype.name not in DTYPES:
            raise ValueError(f"arrays on the wire are {', '.join(DTYPES)}; {name} is {array.dtype}")
        data = array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()
        told.append({"name": name, "dtype": array.dtype.name, "shape": list(np.shape(given)), "offset": offset})
        parts.append(data + bytes(-len(data) % 8))
        offset += len(parts[-1])
    text = json.dumps({**head, "arrays": told}, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    start = struct.pack("<I", len(text)) + text
    return b"".join([start, bytes(-len(start) % 8), *parts])


def head_of(message: bytes) -> dict[str, Any]:
    """What the message says, without its arrays. Raises ValueError for what is no message."""
    return _parsed(message)[0]


def decode(message: bytes) -> tuple[dict[str, Any], dict[str, Array]]:
    """What the message says, and its arrays by name. Raises ValueError for what is no message, in one sentence."""
    head, start = _parsed(message)
    told = head.pop("arrays")
    return head, {str(one.get("name")): _array(message, start, one) for one in told}


def _parsed(message: bytes) -> tuple[dict[str, Any], int]:
    if not 4 <= len(message) <= LARGEST:
        raise ValueError(f"a message has 4 to {LARGEST} bytes; got {len(message)}")
    (length,) = struct.unpack_from("<I", message)
    end = 4 + length
    if end > len(message):
        raise ValueError(f"the message ends before its head: {len(message)} bytes for a head of {length}")
    try:
        head = json.loads(message[4:end])
    except (ValueError, RecursionError) as error:
        raise ValueError("the message's head is not JSON") from error
    if not isinstance(head, dict):
        raise ValueError("the message's head is not a JSON object")
    told = head.setdefault("arrays", [])
    if not isinstance(told, list) or not all(isinstance(one, dict) for one in told):
        raise ValueError("the message's arrays are not a list of objects")
    return head, end + -end % 8


def _array(message: bytes, start: int, told: dict[str, Any]) -> Array:
    dtype, shape, offset = told.get("dtype"), told.get("shape"), told.get("offset")
    sizes_hold = isinstance(shape, list) and len(shape) <= 8 and all(type(n) is int and n >= 0 for n in shape)
    if (
        dtype not in DTYPES
        or not sizes_hold
        or type(offset) is not int
        or offset < 0
        or offset % 8
        or "name" not in told
    ):
        raise ValueError("the message describes an array that cannot be")
    count = 1
    for n in shape or []:
        count *= n
    kind = np.dtype(str(dtype)).newbyteorder("<")
    if start + offset + count * kind.itemsize > len(message):
        raise ValueError("the message ends before its arrays")
    flat = np.frombuffer(message, kind, count, start + offset)
    return np.asarray(flat.astype(kind.newbyteorder("="), copy=False).reshape(shape))

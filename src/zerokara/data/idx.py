"""IDX: the format in which MNIST, Fashion-MNIST and KMNIST are published.

bytes 0–1   zero
byte  2     the type: 8 is unsigned byte
byte  3     the number of axes: 1 for labels, 3 for images
then        one 32-bit big-endian length an axis
then        the elements, last axis fastest
"""

from __future__ import annotations

import gzip
import os
import zlib
from pathlib import Path

import numpy as np

from zerokara.arrays import Array
from zerokara.data.dataset import DataError
from zerokara.paths import as_path

_UNSIGNED_BYTE = 8
_CONTENT = {1: "labels", 3: "images"}


def read_images(path: str | os.PathLike[str]) -> Array:
    """The images of an IDX file, gzipped or raw → (N, 1, H, W) uint8. Errors: DataError naming the file."""
    path = as_path(path)
    return parse(unpack(read_bytes(path), path), path, axes=3)[:, None]


def read_labels(path: str | os.PathLike[str]) -> Array:
    """The labels of an IDX file, gzipped or raw → (N,) uint8. Errors: DataError naming the file."""
    path = as_path(path)
    return parse(unpack(read_bytes(path), path), path, axes=1)


def read_bytes(path: Path) -> bytes:
    """The whole content of a file. Errors: DataError when it is a folder, empty, or cannot be read."""
    if path.is_dir():
        raise DataError(f"{path} is a folder; a file is expected")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}") from error
    if not content:
        raise DataError(f"{path} is empty (0 bytes)")
    return content


def unpack(content: bytes, path: Path) -> bytes:
    """The content without its gzip wrapping, known by its first two bytes, not by the file's name."""
    if not content.startswith(b"\x1f\x8b"):
        return content
    try:
        return gzip.decompress(content)
    except (EOFError, OSError, zlib.error) as error:
        raise DataError(f"{path} is a damaged or truncated gzip file: {error}") from error


def parse(content: bytes, path: Path, axes: int) -> Array:
    """IDX bytes → uint8 array with `axes` axes, at least one element along each.

    Errors: DataError when the magic number, the lengths or the number of bytes are not right.
    """
    header = 4 + 4 * axes
    kind = _CONTENT.get(axes, f"{axes} axes")
    expected = bytes([0, 0, _UNSIGNED_BYTE, axes])
    if content[:4] != expected:
        found = content[:4].hex(" ")
        raise DataError(f"{path} is not an IDX file of {kind}: it begins with {found}, expected {expected.hex(' ')}")
    if len(content) < header:
        raise DataError(f"{path} is truncated: its IDX header needs {header} bytes, it has {len(content)}")
    shape = tuple(int.from_bytes(content[4 * i : 4 * i + 4], "big") for i in range(1, axes + 1))
    if 0 in shape:
        raise DataError(f"{path} holds no {kind}: its shape is {shape}")
    size = header + int(np.prod(shape, dtype=object))
    if len(content) != size:
        fault = "truncated" if len(content) < size else "too long"
        raise DataError(f"{path} is {fault}: {shape} {kind} are {size:,} bytes, it has {len(content):,}")
    return np.frombuffer(content, dtype=np.uint8, offset=header).reshape(shape)

"""Small files in the published formats, made on the spot."""

import gzip
import io
import tarfile
from pathlib import Path

import numpy as np

from zerokara.arrays import Array
from zerokara.data import Split

NAMES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


def idx_bytes(array: Array) -> bytes:
    lengths = b"".join(extent.to_bytes(4, "big") for extent in array.shape)
    return bytes([0, 0, 8, array.ndim]) + lengths + array.astype(np.uint8).tobytes()


def mnist_arrays(train: int = 20, test: int = 7, size: int = 5) -> list[Array]:
    rng = np.random.default_rng(1)
    return [
        array
        for n in (train, test)
        for array in (rng.integers(0, 256, (n, size, size), np.uint8), np.arange(n, dtype=np.uint8) % 10)
    ]


def write_mnist(folder: Path, arrays: list[Array] | None = None, packed: bool = True) -> list[Array]:
    """Write the four files of a small data set in MNIST's format; returns what they hold."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays = arrays or mnist_arrays()
    for name, array in zip(NAMES, arrays, strict=True):
        content = idx_bytes(array)
        path = folder / (name + ".gz" if packed else name)
        path.write_bytes(gzip.compress(content) if packed else content)
    return arrays


def cifar_batches(n: int = 4) -> dict[str, tuple[Array, Array]]:
    rng = np.random.default_rng(2)
    stems = [f"data_batch_{k}" for k in range(1, 6)] + ["test_batch"]
    return {stem: (rng.integers(0, 256, (n, 3072), np.uint8), rng.integers(0, 10, n)) for stem in stems}


def cifar_binary(batches: dict[str, tuple[Array, Array]]) -> dict[str, bytes]:
    return {
        f"{stem}.bin": np.concatenate([labels[:, None].astype(np.uint8), pixels], axis=1).tobytes()
        for stem, (pixels, labels) in batches.items()
    }


def cifar_python(batches: dict[str, tuple[Array, Array]]) -> dict[str, bytes]:
    return {stem: python2_pickle(pixels, labels.tolist()) for stem, (pixels, labels) in batches.items()}


def python2_pickle(pixels: Array, labels: list[int]) -> bytes:
    """As Python 2 and an old NumPy wrote the published archive, instruction by instruction.

    Short strings are bytes, the module is numpy.core, and 0 and 1 stand for a dtype's booleans.
    """
    raw = pixels.tobytes()
    dtype = b"cnumpy\ndtype\n" + _string(b"u1") + b"K\x00K\x01\x87R"
    dtype += b"(K\x03" + _string(b"|") + b"NNN" + _integer(-1) + _integer(-1) + b"K\x00tb"
    array = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85" + _string(b"b") + b"\x87R"
    shape = _integer(pixels.shape[0]) + _integer(pixels.shape[1]) + b"\x86"
    array += b"(K\x01" + shape + dtype + b"\x89T" + len(raw).to_bytes(4, "little") + raw + b"tb"
    numbers = b"](" + b"".join(_integer(label) for label in labels) + b"e"
    return b"\x80\x02}(" + _string(b"data") + array + _string(b"labels") + numbers + b"u."


def _integer(value: int) -> bytes:
    return b"J" + value.to_bytes(4, "little", signed=True)


def _string(text: bytes) -> bytes:
    return b"U" + bytes([len(text)]) + text


def tar_bytes(files: dict[str, bytes], folder: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"{folder}/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def small_split(n: int = 23, channels: int = 1, size: int = 6) -> Split:
    """Images whose first pixel is their index, so that a batch tells which examples it holds."""
    rng = np.random.default_rng(3)
    images = rng.integers(0, 256, (n, channels, size, size), np.uint8)
    images[:, 0, 0, 0] = np.arange(n)
    return Split(images, np.arange(n) % 3)

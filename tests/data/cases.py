"""Small files in the published formats, made on the spot."""

import gzip
import io
import pickle
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
    """As Python 2 and an old NumPy wrote it: protocol 2, numpy.core, and a dtype with 0 and 1 for its booleans."""
    content = pickle.dumps({b"data": pixels, b"labels": labels}, protocol=2)
    content = content.replace(b"numpy._core.multiarray", b"numpy.core.multiarray")
    return content.replace(b"\x89\x88\x87R", b"K\x00K\x01\x87R")


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

"""CIFAR-10: 60,000 photographs of 32×32 pixels in ten classes, from its binary or its Python archive.

binary  each record is one byte label, then 3·32·32 bytes: the red, the green and the blue plane, row by row
python  a pickled dictionary: b"data" (N, 3072) uint8 in the same order, b"labels" a list of N integers

An archive is read in memory; nothing is unpacked onto the disk.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.data.dataset import DataError, Dataset, Split
from zerokara.data.idx import read_bytes, unpack
from zerokara.data.published import CIFAR10, digests

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
_TRAIN = tuple(f"data_batch_{k}" for k in range(1, 6))
_TEST = ("test_batch",)
_PIXELS = 3 * 32 * 32
_ARCHIVES = ("cifar-10-binary.tar.gz", "cifar-10-python.tar.gz", "cifar-10-binary.tar", "cifar-10-python.tar")
_FOLDERS = ("cifar-10-batches-bin", "cifar-10-batches-py", "")


def find(root: Path) -> Path | None:
    """The archive or the unpacked folder under `root` or a sub-folder named after the data set; None when absent."""
    for home in (*(root / name for name in CIFAR10.folders), root):
        for name in _ARCHIVES:
            if (home / name).exists():
                return home / name
        for name in _FOLDERS:
            if any((home / name / (_TRAIN[0] + suffix)).exists() for suffix in ("", ".bin")):
                return home / name
    return None


def read(path: Path) -> Dataset:
    """The data set in an archive (.tar, .tar.gz) or in the folder unpacked from one, binary or Python.

    Errors: DataError naming the file that is missing, damaged or not what it should be.
    """
    files, published = (_from_folder(path), False) if path.is_dir() else _from_archive(path)
    train, test = (_part(path, files, names) for names in (_TRAIN, _TEST))
    return Dataset("cifar10", train, test, CLASSES, source=f"{path}{', the published archive' if published else ''}")


def _from_folder(folder: Path) -> dict[str, bytes]:
    wanted = (folder / (stem + suffix) for stem in _TRAIN + _TEST for suffix in ("", ".bin"))
    return {path.name: read_bytes(path) for path in wanted if path.exists()}


def _from_archive(path: Path) -> tuple[dict[str, bytes], bool]:
    """The content of the batch files by their last name, and whether this is a published archive."""
    import tarfile  # loads slowly

    packed = read_bytes(path)
    published = any(file.packed in digests(packed) for file in CIFAR10.files)
    files = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(unpack(packed, path))) as archive:
            for member in archive:
                name = member.name.rpartition("/")[2]
                body = archive.extractfile(member) if name.removesuffix(".bin") in _TRAIN + _TEST else None
                if body is not None:
                    files[name] = body.read()
    except (tarfile.TarError, EOFError) as error:
        raise DataError(f"{path} is not a tar archive, or a damaged one: {error}") from error
    return files, published


def _part(source: Path, files: dict[str, bytes], stems: tuple[str, ...]) -> Split:
    batches = [_batch(source, files, stem) for stem in stems]
    images, labels = (np.concatenate(arrays) for arrays in zip(*batches, strict=True))
    return Split(images, labels)


def _batch(source: Path, files: dict[str, bytes], stem: str) -> tuple[Array, Array]:
    readers: dict[str, Callable[[bytes, str], tuple[Array, Array]]] = {".bin": parse_binary, "": parse_python}
    for suffix, reader in readers.items():
        if stem + suffix in files:
            images, labels = reader(files[stem + suffix], f"{source}: {stem + suffix}")
            if labels.min() < 0 or labels.max() >= len(CLASSES):
                raise DataError(
                    f"{source}: {stem + suffix} has labels {labels.min()} to {labels.max()}; expected 0 to 9"
                )
            return images, labels
    raise DataError(f"{source} lacks {stem} (or {stem}.bin): not the whole of CIFAR-10")


def parse_binary(content: bytes, where: str) -> tuple[Array, Array]:
    """Records of the binary archive → images (N, 3, 32, 32) uint8, labels (N,) int64."""
    if not content or len(content) % (1 + _PIXELS):
        raise DataError(
            f"{where} is truncated or not CIFAR-10: {len(content):,} bytes are not a multiple of {1 + _PIXELS:,}"
        )
    records = np.frombuffer(content, np.uint8).reshape(-1, 1 + _PIXELS)
    return records[:, 1:].reshape(-1, 3, 32, 32), records[:, 0].astype(np.int64)


def parse_python(content: bytes, where: str) -> tuple[Array, Array]:
    """A pickled batch of the Python archive → images (N, 3, 32, 32) uint8, labels (N,) int64.

    Only arrays and plain containers are unpickled: a file that names anything else is refused, and nothing is run.
    """
    try:
        batch = _ArraysOnly(io.BytesIO(content), encoding="bytes").load()
    except Exception as error:  # damaged pickles raise nearly every kind of exception
        raise DataError(f"{where} is not a pickled CIFAR-10 batch: {error}") from error
    pixels, labels = (batch.get(key) for key in (b"data", b"labels")) if isinstance(batch, dict) else (None, None)
    if not (isinstance(pixels, np.ndarray) and pixels.dtype == np.uint8 and pixels.shape[1:] == (_PIXELS,)):
        raise DataError(f"{where} holds no images of CIFAR-10: expected data (N, {_PIXELS}) of uint8")
    if not (isinstance(labels, list) and all(type(label) is int for label in labels) and labels):
        raise DataError(f"{where} holds no labels of CIFAR-10: expected a list of integers")
    if len(labels) != len(pixels):
        raise DataError(f"{where} has {len(pixels)} images but {len(labels)} labels")
    return pixels.reshape(-1, 3, 32, 32), np.array(labels, np.int64)


class _ArraysOnly(pickle.Unpickler):
    """An unpickler that knows the four names which a pickled NumPy array needs, and no others."""

    def find_class(self, module: str, name: str) -> Any:
        allowed = {
            "numpy.ndarray": np.ndarray,
            "numpy.dtype": _dtype,
            "numpy.core.multiarray._reconstruct": _reconstruct,
            "numpy._core.multiarray._reconstruct": _reconstruct,
            "_codecs.encode": _encode,
        }
        if f"{module}.{name}" not in allowed:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which no batch of images needs")
        return allowed[f"{module}.{name}"]


def _dtype(name: str | bytes, align: Any = False, copy: Any = False) -> np.dtype[Any]:
    """NumPy's dtype. Python 2 wrote 0 and 1 where NumPy now wants booleans."""
    return np.dtype(name.decode() if isinstance(name, bytes) else name, bool(align), bool(copy))


def _reconstruct(kind: type, shape: tuple[int, ...], dtype: bytes) -> Array:
    """An empty array: unpickling gives it its shape, dtype and content afterwards."""
    if kind is not np.ndarray:
        raise pickle.UnpicklingError("an array of another class than ndarray")
    return np.ndarray((0,), np.uint8)


def _encode(text: str, encoding: str) -> bytes:
    """How protocol 2 spells bytes."""
    return text.encode("latin-1" if encoding == "latin1" else "ascii")

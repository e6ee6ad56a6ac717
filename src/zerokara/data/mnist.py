"""The three data sets in MNIST's format: MNIST, Fashion-MNIST and KMNIST."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from zerokara.data.dataset import DataError, Dataset, Split
from zerokara.data.files import Found
from zerokara.data.idx import parse


def assemble(name: str, classes: tuple[str, ...], files: Sequence[Found]) -> Dataset:
    """The data set in four files: training images and labels, test images and labels.

    The user's own files may hold any number of images of any size.
    Errors: DataError naming the file that is not what it should be.
    """
    train = _part(*files[:2], classes=len(classes), published_count=60_000)
    test = _part(*files[2:], classes=len(classes), published_count=10_000)
    own = [file.path.name for file in files if not file.published]
    note = f" (not the published files: {', '.join(own)})" if own else ", the published files"
    return Dataset(name, train, test, classes, source=f"{files[0].path.parent}{note}")


def _part(images: Found, labels: Found, *, classes: int, published_count: int) -> Split:
    pixels = parse(images.content, images.path, axes=3)[:, None]
    numbers = parse(labels.content, labels.path, axes=1)
    if len(pixels) != len(numbers):
        raise DataError(f"{images.path} has {len(pixels):,} images but {labels.path} has {len(numbers):,} labels")
    if numbers.max() >= classes:
        raise DataError(f"{labels.path}: labels run up to {numbers.max()}; expected 0 to {classes - 1}")
    if len(pixels) == published_count:
        _refuse_damaged(images)
        _refuse_damaged(labels)
    return Split(pixels, numbers.astype(np.int64))


def _refuse_damaged(found: Found) -> None:
    """A copy of the published length with other content was damaged on its way; a raw file shows it in no other way."""
    if found.file.unpacked and not found.published:
        raise DataError(f"{found.path} has the published length but not the published content: a damaged copy")

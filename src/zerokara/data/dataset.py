"""What a data set is: images and labels in arrays, cut into a training and a test part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from zerokara.arrays import Array, Shape, generator, native


class DataError(ValueError):
    """A file, a folder or a data set that cannot be used; the message names it and says why."""


@dataclass(frozen=True, eq=False)
class Split:
    """Images and their labels, one label an image.

    Shapes: images (N, C, H, W) uint8, 0 is black and 255 white; or points (N, D) floating (the 2-D toy sets).
    labels (N,) int64. Arrays of another byte order are brought into this machine's; what else is like an array (nested
    lists, other libraries' arrays) becomes one.
    Errors: DataError when the shapes, the dtypes or the two lengths do not fit.
    """

    images: Array
    labels: Array

    def __post_init__(self) -> None:
        object.__setattr__(self, "images", _array(self.images, "images"))
        object.__setattr__(self, "labels", _array(self.labels, "labels"))
        is_pixels = self.images.ndim == 4 and self.images.dtype == np.uint8
        is_points = self.images.ndim == 2 and np.issubdtype(self.images.dtype, np.floating)
        if not (is_pixels or is_points):
            raise DataError(
                "a split holds uint8 images (N, C, H, W) or floating points (N, D); "
                f"got {self.images.dtype} {self.images.shape}"
            )
        if self.labels.ndim != 1 or not np.issubdtype(self.labels.dtype, np.integer):
            raise DataError(
                f"labels are integers (N,); got {self.labels.dtype} {self.labels.shape}{_hint(self.labels)}"
            )
        if self.labels.dtype == np.uint64 and self.labels.size and self.labels.max() > np.iinfo(np.int64).max:
            raise DataError(f"labels are the numbers of classes from 0 on; got {self.labels.max()}")
        if len(self.images) != len(self.labels):
            raise DataError(f"{len(self.images)} images but {len(self.labels)} labels: each image needs one label")
        object.__setattr__(self, "labels", self.labels.astype(np.int64, copy=False))

    def __repr__(self) -> str:
        return f"Split({len(self)} of shape {self.shape}, {self.images.dtype})"

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def shape(self) -> Shape:
        """The shape of one image: (C, H, W), or (D,)."""
        return self.images.shape[1:]

    def select(self, index: Array) -> Split:
        """The examples at `index`: integers in any order and number, or a mask."""
        return Split(self.images[index], self.labels[index])

    def take(self, n: int) -> Split:
        """The first n examples (all of them when there are fewer)."""
        if n < 0:
            raise ValueError(f"a number of examples is at least 0; got {n}")
        return Split(self.images[:n], self.labels[:n])


def _array(given: Any, what: str) -> Array:
    """An array in this machine's byte order."""
    if np.ma.is_masked(given):
        raise DataError(f"{what} have masked values, which are unknown: fill them, or leave their examples out")
    try:
        array = np.asarray(given)
    except ValueError as error:
        raise DataError(f"{what} are an array; got a {type(given).__name__} with rows of several lengths") from error
    return native(array)


def _hint(labels: Array) -> str:
    """What to do about labels that are nearly right."""
    if labels.ndim == 2 and labels.shape[1] == 1:
        return ": use labels[:, 0]"
    if labels.ndim == 2:
        return ": of one-hot rows use labels.argmax(axis=1)"
    whole = labels.dtype.kind == "f" and bool(np.all(np.isfinite(labels)) and np.all(labels == np.round(labels)))
    return ": use labels.astype(int)" if labels.ndim == 1 and (whole or labels.dtype == bool) else ""


@dataclass(frozen=True, eq=False)
class Dataset:
    """A training part and a test part of the same kind of examples.

    `classes[label]` is the name of a label; `source` says in words where the data came from.
    Errors: DataError when a label has no class or the two parts hold images of different sizes.
    """

    name: str
    train: Split
    test: Split
    classes: tuple[str, ...]
    source: str

    def __post_init__(self) -> None:
        for part, examples in (("training", self.train), ("test", self.test)):
            _check_labels(f"{self.name}, {part} part", examples.labels, len(self.classes))
        if self.train.shape != self.test.shape:
            raise DataError(
                f"{self.name}: training images are {self.train.shape}, test images are {self.test.shape}; "
                "both must have one shape"
            )


def _check_labels(where: str, labels: Array, classes: int) -> None:
    if labels.size and not (labels.min() >= 0 and labels.max() < classes):
        raise DataError(f"{where}: labels run from {labels.min()} to {labels.max()}; expected 0 to {classes - 1}")


def split(split: Split, fraction: float, seed: int = 0) -> tuple[Split, Split]:
    """Cut off a validation part: (training, validation), stratified.

    round(fraction·N) examples become the validation part. Each class is in it with its share of the whole,
    to within one example: the examples are shuffled, sorted by label, and picked at equal distances.
    Both parts keep the order of the original. The cut is a function of (labels, fraction, seed).
    Errors: ValueError unless both parts get at least one example.
    """
    if not 0 <= fraction <= 1:
        raise ValueError(f"a validation part is a share between 0 and 1; got {fraction}")
    count = round(fraction * len(split))
    if not 0 < count < len(split):
        raise ValueError(
            f"a validation part of {fraction} of {len(split)} examples has {count}; each part needs at least one"
        )
    chosen = stratified(split.labels, count, seed)
    return split.select(~chosen), split.select(chosen)


def stratified(labels: Array, count: int, seed: int) -> Array:
    """A mask (N,) of `count` examples in which each class has its share, to within one example."""
    shuffled = generator(seed, "split").permutation(len(labels))
    by_class = shuffled[np.argsort(labels[shuffled], kind="stable")]
    chosen = np.zeros(len(labels), dtype=bool)
    chosen[by_class[(2 * np.arange(count) + 1) * len(labels) // (2 * count)]] = True
    return chosen

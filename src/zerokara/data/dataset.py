"""What a data set is: images and labels in arrays, cut into a training and a test part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from zerokara.arguments import short
from zerokara.arrays import Array, Shape, generator, native

if TYPE_CHECKING:
    from zerokara.data.inputs import Pictures
    from zerokara.data.tables import Table


class DataError(ValueError):
    """A file, a folder or a data set that cannot be used; the message names it and says why."""


@dataclass(frozen=True, eq=False)
class Split:
    """Examples and what is to be learned from them: one label, or one target, an example.

    Shapes: images (N, C, H, W) uint8, 0 is black and 255 white; or floating-point examples (N, …), as points (N, D).
    labels, one of
        (N,) integers, kept as int64: the numbers of classes, from 0 on;
        (N, …) floating point: numbers to be found (regression), 0 and 1 for each of several labels, or probabilities;
        (N, C, H, W) uint8: pictures to be drawn again (auto-encoding).
    Arrays of another byte order are brought into this machine's; what else is like an array (nested lists, other
    libraries' arrays) becomes one. `split[3]` is a pair (image, label); `split[:100]`, `split[mask]` and
    `split[[4, 2]]` are splits.
    Errors: DataError when the shapes, the dtypes or the two lengths do not fit.
    """

    images: Array
    labels: Array

    def __post_init__(self) -> None:
        object.__setattr__(self, "images", _array(self.images, "images"))
        object.__setattr__(self, "labels", _array(self.labels, "labels"))
        is_pixels = _is_pixels(self.images)
        is_points = self.images.ndim >= 2 and np.issubdtype(self.images.dtype, np.floating)
        if not (is_pixels or is_points):
            raise DataError(
                "a split holds uint8 images (N, C, H, W) or floating-point examples (N, …); "
                f"got {self.images.dtype} {self.images.shape}{_examples_hint(self.images)}"
            )
        object.__setattr__(self, "labels", _checked_labels(self.labels))
        if len(self.images) != len(self.labels):
            raise DataError(f"{len(self.images)} images but {len(self.labels)} labels: each image needs one label")

    def __repr__(self) -> str:
        told = "" if self.has_classes else f" → {self.labels.shape[1:]} {self.labels.dtype}"
        return f"Split({len(self)} of shape {self.shape}, {self.images.dtype}{told})"

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: Any) -> Any:
        """`split[i]`: the pair (image, label) at i; of a slice, a mask or a list of integers, a split."""
        chosen = index if isinstance(index, slice) else _positions(index, len(self))
        try:
            images, labels = self.images[chosen], self.labels[chosen]
        except TypeError:
            raise _no_index(index) from None
        one = isinstance(chosen, np.ndarray) and not chosen.ndim
        return (images, labels) if one else Split(images, labels)

    @property
    def shape(self) -> Shape:
        """The shape of one image: (C, H, W), or (D,)."""
        return self.images.shape[1:]

    @property
    def has_classes(self) -> bool:
        """Whether the labels are the numbers of classes, (N,) integers."""
        return self.labels.ndim == 1 and self.labels.dtype == np.int64

    def select(self, index: Array) -> Split:
        """The examples at `index`: integers in any order and number, or a mask."""
        if isinstance(index, str) or np.ndim(_positions(index, len(self))) != 1:
            raise TypeError(f"select takes integers (n,) or a mask (N,); got {short(index)}")
        chosen: Split = self[index]
        return chosen

    def take(self, n: int) -> Split:
        """The first n examples (all of them when there are fewer)."""
        if not isinstance(n, int | np.integer) or isinstance(n, bool):
            raise TypeError(f"a number of examples is a whole number; got {short(n)}")
        if n < 0:
            raise ValueError(f"a number of examples is at least 0; got {n}")
        return Split(self.images[:n], self.labels[:n])


def _array(given: Any, what: str) -> Array:
    """An array in this machine's byte order."""
    if np.ma.is_masked(given):
        raise DataError(f"{what} have masked values, which are unknown: fill them, or leave their examples out")
    try:
        array = np.asarray(given)
    except (ValueError, TypeError) as error:
        raise DataError(f"{what} are an array; got a {type(given).__name__} with rows of several lengths") from error
    if not array.ndim:
        raise DataError(f"{what} are an array with one row an example; got {short(given)}")
    return native(array)


def _positions(index: Any, count: int) -> Array:
    """An index as an array of integers or a mask, within the examples."""
    try:
        chosen = np.asarray(index)
    except (TypeError, ValueError):
        raise _no_index(index) from None
    if chosen.shape == (0,):
        chosen = chosen.astype(np.int64)
    if chosen.dtype == bool and chosen.shape != (count,):
        raise IndexError(f"a mask has one truth for each of the {count} examples; got {chosen.shape}")
    if chosen.dtype.kind not in "iub" or chosen.ndim > 1:
        raise _no_index(index)
    if chosen.dtype != bool and chosen.size and not (chosen.min() >= -count and chosen.max() < count):
        raise IndexError(f"there are {count} examples, 0 to {count - 1}; got {short(index)}")
    return chosen


def _no_index(index: Any) -> TypeError:
    return TypeError(f"a split is indexed by an integer, a slice, a mask or integers; got {short(index)}")


def _is_pixels(array: Array) -> bool:
    return array.ndim == 4 and array.dtype == np.uint8


def _examples_hint(images: Array) -> str:
    """What to do about examples that are nearly right."""
    if images.dtype.kind == "f":
        return ": one number an example is images[:, None]"
    if images.dtype == np.uint8 and images.ndim == 3:
        return ": grey images get a channel by images[:, None]"
    return ": use images.astype(np.float32)" if images.dtype.kind in "iub" and images.ndim >= 2 else ""


def _checked_labels(labels: Array) -> Array:
    """Classes as int64, targets as they are; DataError for what is neither."""
    if labels.ndim == 1 and np.issubdtype(labels.dtype, np.integer):
        if labels.dtype == np.uint64 and labels.size and labels.max() > np.iinfo(np.int64).max:
            raise DataError(f"labels are the numbers of classes from 0 on; got {labels.max()}")
        return labels.astype(np.int64, copy=False)
    if np.issubdtype(labels.dtype, np.floating):
        if not np.all(np.isfinite(labels)):
            raise DataError(f"labels hold NaN or infinity, which nothing can learn; got {labels.dtype} {labels.shape}")
        return labels
    if _is_pixels(labels):
        return labels
    raise DataError(
        "labels are integers (N,), the numbers of classes, or floating-point targets (N, …); "
        f"got {labels.dtype} {labels.shape}{_hint(labels)}"
    )


def _hint(labels: Array) -> str:
    """What to do about labels that are nearly right."""
    if labels.dtype.kind in "US":
        return ": number the names by names, labels = np.unique(labels, return_inverse=True)"
    if labels.dtype.kind not in "iub":
        return ""
    if labels.ndim == 1:
        return ": use labels.astype(int)"
    if labels.ndim == 2 and labels.shape[1] == 1:
        return ": use labels[:, 0]"
    if labels.ndim == 2:
        return ": of one-hot rows use labels.argmax(axis=1), of several labels at once labels.astype(np.float32)"
    return ": use labels.astype(np.float32)"


@dataclass(frozen=True, eq=False)
class Dataset:
    """A training part and a test part of the same kind of examples.

    `classes[label]` is the name of a label, () where numbers are learned (regression); `source` says in words where the
    data came from; `inputs` how the files that they came from were read, where they came from files of the user's.
    Errors: DataError when a label has no class or the two parts hold images of different sizes.
    """

    name: str
    train: Split
    test: Split
    classes: tuple[str, ...]
    source: str
    inputs: Pictures | Table | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.train, Split) or not isinstance(self.test, Split):
            raise TypeError(f"train and test are Splits; got {short(self.train)} and {short(self.test)}")
        if not isinstance(self.classes, tuple | list):
            raise TypeError(f"classes are names, one a label; got {short(self.classes)}")
        for part, examples in (("training", self.train), ("test", self.test)):
            if self.classes or examples.has_classes:
                _check_labels(f"{self.name}, {part} part", examples.labels, len(self.classes))
        if self.train.shape != self.test.shape:
            raise DataError(
                f"{self.name}: training images are {self.train.shape}, test images are {self.test.shape}; "
                "both must have one shape"
            )


def _check_labels(where: str, labels: Array, classes: int) -> None:
    if labels.dtype != np.int64:
        raise DataError(f"{where}: the labels of a data set are classes, integers (N,); got {labels.dtype}")
    if labels.size and not (labels.min() >= 0 and labels.max() < classes):
        raise DataError(f"{where}: labels run from {labels.min()} to {labels.max()}; expected 0 to {classes - 1}")


def split(split: Split, fraction: float, seed: int = 0) -> tuple[Split, Split]:
    """Cut off a validation part: (training, validation), stratified.

    round(fraction·N) examples become the validation part. Each class is in it with its share of the whole,
    to within one example: the examples are shuffled, sorted by label, and picked at equal distances. So are examples
    with one number each as their target; where the targets have more axes, the examples are drawn at random.
    Both parts keep the order of the original. The cut is a function of (labels, fraction, seed).
    Errors: ValueError unless both parts get at least one example.
    """
    if not isinstance(split, Split):
        raise TypeError(f"split cuts a Split, as split(data.train, 0.1); got {type(split).__name__}")
    if not isinstance(fraction, int | float | np.number) or not 0 <= fraction <= 1:
        raise ValueError(f"a validation part is a share between 0 and 1; got {short(fraction)}")
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
    if labels.ndim > 1:
        labels = np.zeros(len(labels), np.int64)  # nothing to sort by
    by_class = shuffled[np.argsort(labels[shuffled], kind="stable")]
    chosen = np.zeros(len(labels), dtype=bool)
    chosen[by_class[(2 * np.arange(count) + 1) * len(labels) // (2 * count)]] = True
    return chosen

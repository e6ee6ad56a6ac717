"""Batches: which examples, in which order, altered how."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from zerokara.arguments import short
from zerokara.arrays import Array, DTypeLike, generator
from zerokara.data.dataset import Dataset, Split
from zerokara.data.mapped import Mapped, mapped
from zerokara.data.transforms.moving import mover

Numbers = float | Sequence[float] | Array
"""One number, or one a channel."""

Transform = Callable[[Array, np.random.Generator], Array]

Part = Callable[[int], tuple[int, int]]
"""(how many examples) → (start, stop) of those that are wanted."""


@dataclass(frozen=True, eq=False)
class Loader:
    """Batches (x, labels) of a split, epoch by epoch. `Loader((x, y), 100)` takes a pair of arrays as a split.

    The order of an epoch is f(seed, epoch), the alteration of a batch is f(seed, epoch, batch index); nothing
    else is remembered. So `epoch(e, start=k)` yields exactly the batches that `epoch(e)` yields from the k-th on,
    and a training that was stopped goes on as if it had not been.

    sampling "shuffle" visits each example once an epoch (shuffle=False: in the order of the split). "replacement"
    draws every example anew from the whole split, as the book does (Ch4 §4.2.3): an epoch then sees about
    1 − 1/e = 63 % of the examples.

    x = (transform(pixels / 255) − mean) / std,  pixels uint8 in 0..255; floating-point examples are not divided.
    `mean` and `std` are one number, or one a channel: numbers, tuples, lists or arrays; kept are floats or tuples.
    Shapes: x (B, C, H, W) or (B, …) in `dtype`; labels (B,) int64, or targets (B, …) in `dtype`, of pictures
    pixels / 255 and neither altered nor normalized. The last batch holds what is left, B ≥ 1, unless `drop_last`.
    """

    split: Any  # a Split, or what becomes one: a pair (x, y)
    batch_size: int
    shuffle: bool = True
    seed: int = 0
    transform: Transform | None = None
    sampling: Literal["shuffle", "replacement"] = "shuffle"
    drop_last: bool = False
    mean: Numbers = 0.0
    std: Numbers = 1.0
    dtype: DTypeLike = np.float32
    _is_plain: bool = field(init=False, repr=False, default=True)
    _mapped: Mapped | None = field(init=False, repr=False, default=None)

    def __post_init__(self) -> None:
        object.__setattr__(self, "split", _split(self.split))
        generator(self.seed)  # refuses what is no seed
        if self.transform is not None and not callable(self.transform):
            raise TypeError(f"transform is a function (batch, rng) → batch, or None; got {short(self.transform)}")
        is_whole = isinstance(self.batch_size, int | np.integer) and not isinstance(self.batch_size, bool)
        if not is_whole or self.batch_size < 1:
            raise ValueError(f"batch_size is a whole number, at least 1; got {short(self.batch_size)}")
        if not isinstance(self.sampling, str) or self.sampling not in ("shuffle", "replacement"):
            raise ValueError(f'sampling is "shuffle" or "replacement"; got {short(self.sampling)}')
        if self.sampling == "replacement" and not self.shuffle:
            raise ValueError('sampling="replacement" draws at random: it cannot keep the order (shuffle=False)')
        if not _is_floating(self.dtype):
            raise ValueError(f"batches are floating-point arrays; got dtype={short(self.dtype)}")
        if not np.dtype(self.dtype).isnative:
            object.__setattr__(self, "dtype", np.dtype(self.dtype).newbyteorder("="))
        for name in ("mean", "std"):
            object.__setattr__(self, name, _per_channel(name, getattr(self, name), self.split.shape[0]))
        if np.any(np.asarray(self.std) <= 0):
            raise ValueError(f"std is positive; got {self.std}")
        object.__setattr__(self, "_is_plain", _is_plain(self.mean, self.std))
        object.__setattr__(self, "_mapped", mapped(self.split.images) if self.shuffle else None)

    def __repr__(self) -> str:
        return f"Loader({self.split!r}, batch_size={self.batch_size}, {len(self)} batches an epoch, seed={self.seed})"

    def __len__(self) -> int:
        """The number of batches an epoch."""
        if self.drop_last:
            return len(self.split) // self.batch_size
        return -(-len(self.split) // self.batch_size)

    def __iter__(self) -> Iterator[tuple[Array, Array]]:
        """The batches of epoch 0; a training asks for `epoch(e)`, or every epoch would have one order."""
        return self.epoch(0)

    def epoch(
        self, e: int, start: int = 0, *, every: int = 1, part: Part | None = None
    ) -> Iterator[tuple[Array, Array]]:
        """The batches of epoch e, from batch `start` on; only every so-maniest; of each of B examples only part(B).

        An alteration draws for the whole batch, so that a part of it is the same whoever computes the rest.
        """
        whole = all(isinstance(number, int | np.integer) for number in (e, start))
        if not whole or e < 0 or not 0 <= start <= len(self):
            raise ValueError(
                f"an epoch ≥ 0 and a batch from 0 to {len(self)} are expected; "
                f"got epoch {short(e)}, batch {short(start)}"
            )
        if not isinstance(every, int | np.integer) or every < 1 or not (part is None or callable(part)):
            raise ValueError(
                "every is a whole number, at least 1, and part a function (examples) → (start, stop), or None; got "
                f"every={short(every)}, part={short(part)}"
            )
        order = self.order(e)
        return (self._batch(order, e, index, part or _all) for index in range(start, len(self), every))

    def order(self, e: int) -> Array:
        """The indices of the examples in epoch e, int64: a function of (seed, e) alone."""
        n = len(self.split)
        if self.sampling == "replacement":
            return generator(self.seed, "replacement", e).integers(0, max(n, 1), n)
        return generator(self.seed, "shuffle", e).permutation(n) if self.shuffle else np.arange(n)

    def _batch(self, order: Array, e: int, index: int, part: Part) -> tuple[Array, Array]:
        chosen = order[index * self.batch_size : (index + 1) * self.batch_size]
        own = slice(*part(len(chosen)))
        if self._mapped is not None:
            self._mapped.announce(chosen if self.transform is not None else chosen[own])
        if self.transform is None:
            x = _scaled(self.split.images[chosen[own]], self.dtype)
        else:
            x = self._altered(self.split.images[chosen], generator(self.seed, "augment", e, index))[own]
        chosen = chosen[own]
        return (x if self._is_plain else _normalized(x, self.mean, self.std)), self._targets(chosen)

    def _altered(self, images: Array, rng: np.random.Generator) -> Array:
        assert self.transform is not None
        move = mover(self.transform) if images.dtype == np.uint8 and images.ndim == 4 else None
        return (
            self.transform(_scaled(images, self.dtype), rng) if move is None else _scaled(move(images, rng), self.dtype)
        )

    def _targets(self, chosen: Array) -> Array:
        labels: Array = self.split.labels[chosen]
        return labels if self.split.has_classes else _scaled(labels, self.dtype)


def _all(count: int) -> tuple[int, int]:
    return 0, count


def _split(given: Any) -> Split:
    if isinstance(given, Split):
        return given
    if isinstance(given, tuple | list) and len(given) == 2:
        return Split(*given)
    hint = f": use {'its part' if isinstance(given, Dataset) else 'a pair,'} "
    hint += "data.train" if isinstance(given, Dataset) else "Loader((x, y), 100)"
    known = isinstance(given, Dataset | np.ndarray)
    raise TypeError(
        f"a loader reads a Split, as data.Split(images, labels); got {type(given).__name__}{hint if known else ''}"
    )


def _is_floating(dtype: Any) -> bool:
    try:
        return dtype is not None and np.issubdtype(np.dtype(dtype), np.floating)
    except (TypeError, ValueError):
        return False


def scaled(images: Array, dtype: DTypeLike = np.float32) -> Array:
    """uint8 pixels 0..255 → 0..1; floating-point examples keep their values. Always a new array."""
    if not isinstance(images, np.ndarray) or images.dtype.kind not in "biuf" or not _is_floating(dtype):
        raise TypeError(
            f"scaled takes an array of numbers and a floating-point dtype; got {_kind(images)}, {short(dtype)}"
        )
    return _scaled(images, dtype)


def _scaled(images: Array, dtype: DTypeLike) -> Array:
    return np.divide(images, 255, dtype=dtype) if images.dtype == np.uint8 else images.astype(dtype)


def _kind(value: Any) -> str:
    return f"{value.dtype} {value.shape}" if isinstance(value, np.ndarray) else type(value).__name__


def _per_channel(name: str, value: Any, channels: int) -> float | tuple[float, ...]:
    """One number, or one a channel, whatever they come in."""
    try:
        numbers = np.asarray(value, np.float64).ravel()
    except (TypeError, ValueError):
        numbers = np.empty(0)
    if numbers.size not in (1, channels) or not np.all(np.isfinite(numbers)):
        raise ValueError(f"{name} is one number or one a channel ({channels}); got {short(value)}")
    return float(numbers[0]) if np.ndim(value) == 0 else tuple(numbers.tolist())


def normalized(x: Array, mean: Numbers, std: Numbers) -> Array:
    """(x − mean) / std with one number, or one a channel. Shapes: x (N, C, …) → same."""
    if not isinstance(x, np.ndarray) or x.dtype.kind != "f" or x.ndim < 2:
        raise TypeError(f"normalized takes floating-point batches (N, C, …); got {_kind(x)}")
    mean, std = (_per_channel(name, value, x.shape[1]) for name, value in (("mean", mean), ("std", std)))
    return x if _is_plain(mean, std) else _normalized(x, mean, std)


def _is_plain(mean: Numbers, std: Numbers) -> bool:
    """Whether (x − mean) / std is x itself."""
    return not np.any(mean) and bool(np.all(np.equal(std, 1)))


def _normalized(x: Array, mean: Numbers, std: Numbers) -> Array:
    per_channel = (-1,) + (1,) * (x.ndim - 2)
    shift = np.reshape(np.asarray(mean, dtype=x.dtype), per_channel)
    factor = np.reshape(1 / np.asarray(std, dtype=x.dtype), per_channel)
    result: Array = (x - shift) * factor
    return result

"""Pictures of a data set, for a network to be shown: examples by label, and those that excite a unit most."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.data import DataError, Dataset, load
from zerokara.explain.top import TopImages, top_images
from zerokara.views.answers import Answers
from zerokara.views.shrink import shrink

AT_ONCE = 250
"""Pictures that are looked at between two answers."""


@dataclass(frozen=True, eq=False)
class Examples:
    """The test part of a data set, as views of a network.

    pictures: (N, C, H, W) uint8 as the data set has them; labels: (N,).
    """

    name: str
    pictures: Array
    labels: Array
    classes: tuple[str, ...]
    network: Answers

    def view(self, index: int) -> Array:
        """One picture as a view of the network, values 0..1."""
        grey, side = self.pictures[index], self.network.shape
        if grey.shape[0] == 3:
            return np.asarray(np.moveaxis(grey, 0, 2), np.float32) / np.float32(255)
        found = np.asarray(grey[0], np.float32) / np.float32(255)
        if found.shape == (8, 8) and side == (28, 28):  # every pixel as 3 × 3, with MNIST's margin
            return np.pad(np.kron(found, np.ones((3, 3), np.float32)), 2)
        return found if found.shape == side else shrink(found, side[0])

    def of(self, label: int, number: int) -> int:
        """The index of the number-th picture of a class, counted around. ValueError where the class has none."""
        there = np.flatnonzero(self.labels == label)
        if not len(there):
            raise ValueError(f"{self.name} has no pictures of class {label}")
        return int(there[number % len(there)])

    def top(self, layer: str, unit: int, count: int, limit: int) -> Iterator[tuple[TopImages, int]]:
        """The `count` of the first `limit` pictures that excite a unit most, told after every AT_ONCE of them."""
        best = TopImages(layer, unit, ())
        for start in range(0, min(limit, len(self.pictures)), AT_ONCE):
            stop = min(start + AT_ONCE, limit, len(self.pictures))
            x = np.concatenate([self.network.x(self.view(i)) for i in range(start, stop)])
            found = top_images(self.network.about.model, x, layer, unit, count)
            moved = tuple(type(s)(start + s.image, s.value, s.box) for s in found.seen)
            kept = sorted([*best.seen, *moved], key=lambda s: -s.value)[:count]
            best = TopImages(layer, unit, tuple(kept))
            yield best, stop


def examples_of(network: Answers, dataset: Dataset | None = None) -> Examples | None:
    """The pictures for a network: those of its own data set, or drawn digits where it reads digits; else None.

    Nothing is fetched: MNIST where it is on this machine, else the digits that come with the installation.
    """
    if dataset is None and network.reads_digits:
        dataset = _on_this_machine("mnist") or _on_this_machine("digits")
    if dataset is None:
        return None
    fits = dataset.test.shape == network.about.shape or (network.reads_digits and dataset.test.shape[0] == 1)
    if not fits or dataset.test.images.dtype != np.uint8 or not dataset.test.has_classes:
        return None
    return Examples(dataset.name, dataset.test.images, dataset.test.labels, dataset.classes, network)


def _on_this_machine(name: str) -> Dataset | None:
    try:
        return load(name, download=False)
    except (DataError, ImportError):
        return None

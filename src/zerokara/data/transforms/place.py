"""Crop, flip and cutout: whole pixels moved or covered, none interpolated.

Those that only move pixels have `moved`, which takes pixels of any type: a loader then moves bytes, not the floats of
four times the size that they become, and the numbers are the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from zerokara.arrays import Array
from zerokara.data.transforms.base import check_batch, check_fields, check_probability


@dataclass(frozen=True)
class Crop:
    """Pad by `padding` pixels on every side, then cut a window of the old size at a random place, one an image.

    mode "zeros" pads with 0, "reflect" mirrors the image at its border.
    """

    padding: int = 4
    mode: Literal["zeros", "reflect"] = "zeros"

    def __post_init__(self) -> None:
        check_fields(self)
        if self.padding < 0:
            raise ValueError(f"padding is at least 0 pixels; got {self.padding}")
        if self.mode not in ("zeros", "reflect"):
            raise ValueError(f'mode is "zeros" or "reflect"; got {self.mode!r}')

    def __call__(self, batch: Array, rng: np.random.Generator) -> Array:
        """Shapes: batch (N, C, H, W) → same, same dtype; a new array."""
        check_batch(batch)
        return self.moved(batch, rng)

    def moved(self, batch: Array, rng: np.random.Generator) -> Array:
        """The same with pixels of any type."""
        n, _, height, width = batch.shape
        if self.mode == "reflect" and self.padding >= min(height, width):
            raise ValueError(f"padding {self.padding} cannot be mirrored from {height}×{width} images")
        tops, lefts = rng.integers(0, 2 * self.padding + 1, (2, n)).tolist()
        result = np.empty(batch.shape, batch.dtype)
        padded = np.zeros((batch.shape[1], height + 2 * self.padding, width + 2 * self.padding), batch.dtype)
        for image, window, top, left in zip(batch, result, tops, lefts, strict=True):
            padded[:, self.padding : self.padding + height, self.padding : self.padding + width] = image
            if self.mode == "reflect":
                _mirror(padded, self.padding)
                _mirror(padded.transpose(0, 2, 1), self.padding)
            window[...] = padded[:, top : top + height, left : left + width]
        return result


def _mirror(padded: Array, padding: int) -> None:
    """Fill `padding` rows at the top and at the bottom with the rows next to them, mirrored: (C, H, W) in place."""
    last = padded.shape[1] - padding - 1
    padded[:, :padding] = padded[:, padding + 1 : 2 * padding + 1][:, ::-1]
    padded[:, last + 1 :] = padded[:, last - padding : last][:, ::-1]


@dataclass(frozen=True)
class HorizontalFlip:
    """Mirror an image left to right with the given probability. Right for photographs, wrong for digits."""

    probability: float = 0.5

    def __post_init__(self) -> None:
        check_fields(self)
        check_probability(self.probability, "probability")

    def __call__(self, batch: Array, rng: np.random.Generator) -> Array:
        """Shapes: batch (N, C, H, W) → same, same dtype; a new array."""
        check_batch(batch)
        return self.moved(batch, rng)

    def moved(self, batch: Array, rng: np.random.Generator) -> Array:
        """The same with pixels of any type."""
        flipped = rng.random(len(batch)) < self.probability
        result = np.empty(batch.shape, batch.dtype)
        for image, mirrored, is_flipped in zip(batch, result, flipped.tolist(), strict=True):
            mirrored[...] = image[:, :, ::-1] if is_flipped else image
        return result


@dataclass(frozen=True)
class Cutout:
    """Cover a square of `size`×`size` pixels with `fill`; its centre is any pixel, so part of it may lie outside.

    After DeVries and Taylor, "Improved regularization of convolutional neural networks with cutout" (2017).
    """

    size: int = 8
    fill: float = 0.0

    def __post_init__(self) -> None:
        check_fields(self)
        if self.size < 0:
            raise ValueError(f"size is at least 0 pixels; got {self.size}")

    def __call__(self, batch: Array, rng: np.random.Generator) -> Array:
        """Shapes: batch (N, C, H, W) → same, same dtype; a new array."""
        check_batch(batch)
        n, _, height, width = batch.shape
        rows, columns = (self._covered(n, extent, rng) for extent in (height, width))
        hole = rows[:, None, :, None] & columns[:, None, None, :]
        return np.where(hole, batch.dtype.type(self.fill), batch)

    def _covered(self, n: int, extent: int, rng: np.random.Generator) -> Array:
        """Which of `extent` rows or columns the square covers: a mask (N, extent)."""
        first = rng.integers(0, extent, (n, 1)) - self.size // 2
        place = np.arange(extent)
        return (first <= place) & (place < first + self.size)

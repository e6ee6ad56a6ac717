"""Crop, flip and cutout: whole pixels moved or covered, none interpolated."""

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
        n, _, height, width = batch.shape
        if self.mode == "reflect" and self.padding >= min(height, width):
            raise ValueError(f"padding {self.padding} cannot be mirrored from {height}×{width} images")
        border = (self.padding, self.padding)
        padded = np.pad(batch, ((0, 0), (0, 0), border, border), mode="constant" if self.mode == "zeros" else "reflect")
        top, left = rng.integers(0, 2 * self.padding + 1, (2, n))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (height, width), axis=(2, 3))
        return np.ascontiguousarray(windows[np.arange(n), :, top, left])


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
        flipped = rng.random(len(batch)) < self.probability
        result = batch.copy()
        result[flipped] = batch[flipped, :, :, ::-1]
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

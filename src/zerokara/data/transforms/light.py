"""Noise, brightness and contrast: values changed, no pixel moved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.data.transforms.base import (
    Range,
    around_one,
    around_zero,
    check_batch,
    check_fields,
    draw_change,
    draw_factor,
    per_image,
)


@dataclass(frozen=True)
class Noise:
    """Add normal noise of standard deviation `std` (1 is the whole range black to white), then clip to 0..1."""

    std: float = 0.05

    def __post_init__(self) -> None:
        check_fields(self)
        if self.std < 0:
            raise ValueError(f"std is at least 0; got {self.std}")

    def __call__(self, batch: Array, rng: np.random.Generator) -> Array:
        """Shapes: batch (N, C, H, W) → same, same dtype; a new array."""
        check_batch(batch)
        noise = rng.standard_normal(batch.shape, dtype=np.float32).astype(batch.dtype, copy=False)
        noise *= self.std
        noise += batch
        return np.clip(noise, 0, 1, out=noise)


@dataclass(frozen=True)
class Light:
    """y = contrast·(x − m) + m + brightness, clipped to 0..1; m is the mean of the image.

    brightness  added; 0.1 draws from −0.1..0.1, where 1 is the whole range black to white
    contrast    factor; 1.25 draws from 1/1.25..1.25, evenly on a logarithmic scale
    A pair (low, high) is the range itself. Both are drawn anew for each image.
    """

    brightness: Range = 0.1
    contrast: Range = 1.25

    def __post_init__(self) -> None:
        check_fields(self)
        around_zero(self.brightness, "brightness")
        around_one(self.contrast, "contrast")

    def __call__(self, batch: Array, rng: np.random.Generator) -> Array:
        """Shapes: batch (N, C, H, W) → same, same dtype; a new array."""
        check_batch(batch)
        n = len(batch)
        brightness = per_image(draw_change(self.brightness, n, rng), batch)
        contrast = per_image(draw_factor(self.contrast, n, rng), batch)
        mean = batch.mean(axis=(1, 2, 3), keepdims=True)
        result = batch * contrast
        result += mean * (1 - contrast) + brightness
        return np.clip(result, 0, 1, out=result)

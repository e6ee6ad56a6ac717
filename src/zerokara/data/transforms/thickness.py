"""Thicker and thinner strokes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.data.transforms.base import check_batch, check_fields, ordered, per_image


@dataclass(frozen=True)
class Thickness:
    """Grow or shrink bright strokes on a dark ground by a random radius, another one for each image.

    thinner, thicker  the greatest radius in pixels; the radius r is drawn evenly from −thinner..thicker, and
                      changes the width of a stroke by 2r.

    A whole pixel of r > 0 takes the brightest of a pixel and its neighbours (r < 0: the darkest); in turn the 4 that
    share a side and all 8, so that a point grows to an octagon. A fraction f of a pixel is soft:
    (1 − f)·before + f·after. What lies outside the image is left out.
    """

    thinner: float = 0.3
    thicker: float = 0.5

    def __post_init__(self) -> None:
        check_fields(self)
        ordered((-self.thinner, self.thicker), "(−thinner, thicker)")

    def __call__(self, batch: Array, rng: np.random.Generator) -> Array:
        """Shapes: batch (N, C, H, W) → same, same dtype; a new array."""
        check_batch(batch)
        radius = rng.uniform(-self.thinner, self.thicker, len(batch))
        result = batch.copy()
        for grows, extreme in ((radius > 0, np.maximum), (radius < 0, np.minimum)):
            if grows.any():
                result[grows] = _grown(batch[grows], np.abs(radius[grows]), extreme)
        return result


def _grown(batch: Array, radius: Array, extreme: np.ufunc) -> Array:
    """Every image grown by its own radius (N,), one whole pixel after the other; `extreme` is maximum or minimum."""
    for step in range(int(np.ceil(radius.max()))):
        after = _square(batch, extreme) if step % 2 else _cross(batch, extreme)
        after -= batch
        after *= per_image(np.clip(radius - step, 0, 1), batch)
        after += batch
        batch = after
    return batch


def _cross(batch: Array, extreme: np.ufunc) -> Array:
    """The extreme of each pixel and the four that share a side with it."""
    result = batch.copy()
    for axis in (2, 3):
        _meet_neighbours(result, batch, axis, extreme)
    return result


def _square(batch: Array, extreme: np.ufunc) -> Array:
    """The extreme of each pixel and its eight neighbours: along the columns, then along the rows of that."""
    for axis in (2, 3):
        result = batch.copy()
        _meet_neighbours(result, batch, axis, extreme)
        batch = result
    return batch


def _meet_neighbours(result: Array, batch: Array, axis: int, extreme: np.ufunc) -> None:
    """In place: result[i] becomes the extreme of itself, batch[i − 1] and batch[i + 1] along `axis`."""
    before: tuple[Any, ...] = (slice(None),) * axis + (slice(None, -1),)
    behind: tuple[Any, ...] = (slice(None),) * axis + (slice(1, None),)
    extreme(result[before], batch[behind], out=result[before])
    extreme(result[behind], batch[before], out=result[behind])

"""Transforms that only move pixels, for pixels of any type: a loader moves bytes, a quarter of what floats take."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from zerokara.arrays import Array
from zerokara.data.transforms.compose import Compose, Transform
from zerokara.data.transforms.place import Crop, HorizontalFlip


def mover(transform: Transform | None) -> Transform | None:
    """What moves pixels of any type just as the transform moves floating ones; None if it does anything else.

    So mover(t)(pixels) / 255 = t(pixels / 255), number for number.
    """
    if isinstance(transform, Crop | HorizontalFlip) and type(transform) in (Crop, HorizontalFlip):
        return transform.moved
    if isinstance(transform, Compose) and type(transform) is Compose:
        movers = [found for member in transform.transforms if (found := mover(member)) is not None]
        return partial(_one_after_the_other, movers) if movers and len(movers) == len(transform.transforms) else None
    return None


def _one_after_the_other(movers: Sequence[Transform], batch: Array, rng: np.random.Generator) -> Array:
    for move in movers:
        batch = move(batch, rng)
    return batch

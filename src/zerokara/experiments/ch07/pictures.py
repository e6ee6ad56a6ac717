"""Arrays of numbers as pictures that can be looked at."""

import numpy as np

from zerokara.arrays import Array
from zerokara.experiments.photographs import photograph
from zerokara.report import Picture, Tile


def grey(values: Array, low: float, high: float) -> Array:
    """`low` … `high` as 0 … 1, dark to light."""
    scaled: Array = (values - low) / (high - low) if high > low else np.zeros(values.shape)
    return scaled


def tile(
    values: Array, headline: str, text: str = "", *, span: tuple[float, float] | None = None, wide: bool = False
) -> Tile:
    """One map as a tile of a gallery; `span` are the values that are black and white, its own ends by default.

    `wide` lets it fill the tile, for large galleries.
    """
    low, high = (float(values.min()), float(values.max())) if span is None else span
    picture = Picture(grey(values, low, high), headline, smooth=min(values.shape) > 40, wide=wide)
    return Tile([picture], headline, text)


def small_photograph(file: str, longest: int) -> Array:
    """A photograph with at most `longest` pixels a side, every second, third, … pixel of it; uint8 (H, W, 3)."""
    whole = photograph(file)
    every = max(1, -(-max(whole.shape[:2]) // longest))
    return np.ascontiguousarray(whole[::every, ::every])

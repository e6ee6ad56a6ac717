"""Numbers written where somebody waits for them, each times a factor: what several processes add up."""

import numpy as np

from zerokara.arrays import Array


def scale_into(target: Array, source: Array, factor: Array) -> None:
    """target ← factor·source, in place; the product is taken in float64 and rounded once.

    Shapes: target and source the same, factor (1,) float64.
    """
    target[...] = source.astype(np.float64) * factor[0]

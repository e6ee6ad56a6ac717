"""The length of a gradient."""

import numpy as np

from zerokara.arrays import Array


def square_sum(x: Array) -> Array:
    """Σ x² in float64, an array without axes: clipping a float32 gradient must not overflow at 10¹⁹."""
    return np.asarray(np.sum(np.square(x, dtype=np.float64)))

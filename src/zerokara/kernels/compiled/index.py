"""The gradient of indexing."""

from typing import Any

import numpy as np

from zerokara.arrays import Array, Shape
from zerokara.kernels.compiled import definition as reference


def scatter(g: Array, index: Any, shape: Shape) -> Array:
    """Zeros of `shape` with `g` added at `index`. Slices and numbers meet no element twice: then it is a copy."""
    parts = index if isinstance(index, tuple) else (index,)
    if not all(part is None or part is Ellipsis or type(part) in (int, slice) for part in parts):
        return reference.scatter(g, index, shape)
    total = np.zeros(shape, g.dtype)
    total[index] = g
    return total

"""The gradient of indexing."""

from typing import Any

import numpy as np

from zerokara.arrays import Array, Shape


def scatter(g: Array, index: Any, shape: Shape) -> Array:
    """Zeros of `shape` with `g` added at `index`: the gradient of `x[index]`.

    An element that was read twice gets both gradients, which `zeros[index] += g` would lose.
    """
    total = np.zeros(shape, g.dtype)
    np.add.at(total, index, g)
    return total

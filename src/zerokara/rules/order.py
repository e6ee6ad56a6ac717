"""Numbers in order: sorted, or the largest of them."""

from typing import Any

import numpy as np

from zerokara import kernels
from zerokara.arrays import Array
from zerokara.rules.axes import one_axis
from zerokara.rules.rule import Ruled


def sort(x: Array, *, axis: int, order: Array, descending: bool = False) -> Ruled:
    """yᵢ = x[oᵢ] along an axis        ∂L/∂x[oᵢ] = gᵢ, 0 where nothing was taken        o = order

    `order` tells the place that each number comes from: all places as they follow each other in size, or only the
    first k of them. The caller computes it, since it is asked for too; it has the shape of y. `descending` says which
    way the numbers go.
    """
    index = along(one_axis("sort", axis, x.shape), order)
    return x[index], (lambda g: kernels.scatter(g, index, x.shape),)


def along(axis: int, places: Any) -> tuple[Any, ...]:
    """The index that picks x[…, places[…, i, …], …]: along one axis as told, along all others where it stands."""
    grid = list(np.indices(places.shape, sparse=True))
    return (*grid[:axis], places, *grid[axis + 1 :])

from typing import Any

import numpy as np
import pytest

from tests.kernels.families import agree, numbers
from zerokara.kernels import compiled

INDICES: list[Any] = [
    2,
    -1,
    slice(1, 4),
    slice(None, None, -2),
    (slice(None), 1),
    (..., 0),
    (None, slice(2), 1),
    [0, 0, 3],
    np.array([1, 1, 1]),
    (np.array([0, 0]), np.array([2, 2])),
    np.arange(15).reshape(5, 3) % 2 == 0,
    True,
]


@pytest.mark.parametrize("index", INDICES, ids=repr)
def test_scatter_is_the_adjoint_of_indexing(index: Any) -> None:
    """⟨x[index], g⟩ = ⟨x, scatter g⟩: an element that was read twice gets both gradients."""
    x = numbers(0, (5, 3), np.float64)
    g = numbers(1, x[index].shape, np.float64)
    dx = agree("scatter", g, index, x.shape)
    np.testing.assert_allclose(np.vdot(x, dx), np.vdot(x[index], g))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rows_of_a_table_are_added_in_order(dtype: Any) -> None:
    """As the reference does, bit by bit; numbers in several axes, from the end, and none."""
    for shape in ((40,), (5, 8), (0,), ()):
        index = np.random.default_rng(0).integers(-7, 7, shape)
        g = numbers(1, (*shape, 3, 2), dtype)
        np.testing.assert_array_equal(agree("scatter", g, index, (7, 3, 2)), compiled.scatter(g, index, (7, 3, 2)))
    with pytest.raises(IndexError):
        compiled.scatter(numbers(1, (2, 3), dtype), np.array([0, 7]), (7, 3))

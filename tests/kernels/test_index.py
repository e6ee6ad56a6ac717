from typing import Any

import numpy as np
import pytest

from tests.kernels.families import agree, numbers

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

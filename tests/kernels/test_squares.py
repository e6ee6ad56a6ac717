"""The sum of squares is that of exact numbers, whatever the type and the layout."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.families import agree, dtypes, layouts, numbers, seeds
from zerokara.kernels import compiled, reference

shapes = st.lists(st.integers(0, 7), max_size=4).map(tuple)


@given(shapes, dtypes, layouts, seeds)
def test_the_families_agree(shape: tuple[int, ...], dtype: Any, layout: str, seed: int) -> None:
    x = numbers(seed, shape, dtype, layout if shape else "rows")
    total = agree("square_sum", x)
    np.testing.assert_allclose(total, np.vdot(x.astype(np.float64), x.astype(np.float64)), rtol=1e-12)


@pytest.mark.parametrize("family", [reference, compiled])
def test_far_numbers_neither_overflow_nor_vanish(family: Any) -> None:
    """The squares of float32 numbers beyond 10¹⁹ have no place in float32; infinities and NaN show."""
    assert family.square_sum(np.full(4, 1e30, np.float32)) == pytest.approx(4e60, rel=1e-6)
    assert family.square_sum(np.full(4, 1e-30, np.float32)) == pytest.approx(4e-60, rel=1e-6)
    assert family.square_sum(np.full(1000, 3, np.float16)) == 9000
    assert np.isinf(family.square_sum(np.array([1, -np.inf], np.float32)))
    assert np.isnan(family.square_sum(np.array([1, np.nan], np.float32)))

"""The quick forms are NumPy's own, number for number."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from zerokara.digits.quick import median, with_margin

KINDS = st.sampled_from([np.float32, np.float64, np.int64])


@given(st.integers(1, 40), st.booleans(), KINDS, st.integers(0, 2**32 - 1))
def test_median(count: int, of_rows: bool, dtype: type, seed: int) -> None:
    values = (100 * np.random.default_rng(seed).standard_normal((count, 3) if of_rows else count)).astype(dtype)
    expected = np.median(values, axis=0)
    found = median(values)
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)


@given(st.integers(0, 5), st.integers(0, 4), st.booleans(), KINDS)
def test_margin(rows: int, columns: int, mask: bool, dtype: type) -> None:
    x = np.arange(6).reshape(2, 3)
    picture = x % 2 == 0 if mask else x.astype(dtype)
    found = with_margin(picture, rows, columns, 1)
    expected = np.pad(picture, ((rows, rows), (columns, columns)), constant_values=1)
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)

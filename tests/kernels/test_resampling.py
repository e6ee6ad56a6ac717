"""Pixels repeated, and gradients added up again, in both families: every layout, sizes around those of vectors."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernels.families import agree, dtypes, layouts, numbers, seeds
from zerokara.kernels import compiled, reference

sizes = st.tuples(st.integers(0, 3), st.integers(1, 40), st.integers(1, 5), st.integers(1, 5))
factors = st.tuples(st.integers(1, 4), st.integers(1, 4))


@settings(max_examples=100)
@given(sizes, factors, dtypes, layouts, seeds)
def test_the_families_agree(size: Any, by: tuple[int, int], dtype: Any, layout: str, seed: int) -> None:
    x = numbers(seed, size, dtype, layout)
    y = agree("upsample_nearest", x, by)
    np.testing.assert_array_equal(compiled.upsample_nearest(x, by), y)  # copies: not a bit of difference
    agree("upsample_nearest_grad", numbers(seed + 1, y.shape, dtype, layout), by)


@given(st.tuples(st.integers(0, 3), st.integers(1, 20), st.integers(1, 7)), st.integers(1, 4), dtypes, layouts, seeds)
def test_the_families_agree_on_rows(size: Any, by: int, dtype: Any, layout: str, seed: int) -> None:
    y = agree("upsample_nearest", numbers(seed, size, dtype, layout), (by,))
    agree("upsample_nearest_grad", numbers(seed + 1, y.shape, dtype, layout), (by,))


@pytest.mark.parametrize("channels", [*range(1, 20), 31, 33, 64, 65])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_any_number_of_channels(channels: int, dtype: Any) -> None:
    for size in ((1, 1), (3, 2)):
        y = agree("upsample_nearest", numbers(1, (2, channels, *size), dtype), (2, 2))
        agree("upsample_nearest_grad", numbers(2, y.shape, dtype), (2, 2))


def test_cut_for_several_threads() -> None:
    y = agree("upsample_nearest", numbers(1, (3, 33, 17, 19), np.float32, "channels last"), (2, 3))
    agree("upsample_nearest_grad", numbers(2, y.shape, np.float32, "channels last"), (2, 3))


@pytest.mark.parametrize("family", [reference, compiled])
def test_each_pixel_is_where_it_belongs(family: Any) -> None:
    x = np.array([[[[1, 2], [3, 4]]]], np.float32)
    y = [[1, 1, 1, 2, 2, 2], [1, 1, 1, 2, 2, 2], [3, 3, 3, 4, 4, 4], [3, 3, 3, 4, 4, 4]]
    np.testing.assert_array_equal(family.upsample_nearest(x, (2, 3)), [[y]])
    g = np.arange(24, dtype=np.float32).reshape(1, 1, 4, 6)
    np.testing.assert_array_equal(family.upsample_nearest_grad(g, (2, 3)), [[[[24, 42], [96, 114]]]])


@pytest.mark.parametrize("family", [reference, compiled])
def test_the_result_is_memory_of_its_own(family: Any) -> None:
    """Also where every pixel is there once."""
    x = numbers(0, (2, 3, 4, 5), np.float32)
    for name in ("upsample_nearest", "upsample_nearest_grad"):
        y = getattr(family, name)(x, (1, 1))
        np.testing.assert_array_equal(y, x)
        assert not np.shares_memory(y, x)


def test_channels_stay_innermost() -> None:
    x = numbers(0, (2, 3, 4, 5), np.float32, "channels last")
    for y in (compiled.upsample_nearest(x, (2, 2)), compiled.upsample_nearest_grad(x, (2, 5))):
        assert y.transpose(0, 2, 3, 1).flags.c_contiguous


@pytest.mark.parametrize("dtype", [np.float16, np.int64, np.bool_])
def test_other_types_are_the_references(dtype: Any) -> None:
    x = numbers(0, (2, 3, 4, 5), np.float32).astype(dtype)
    y = compiled.upsample_nearest(x, (2, 1))
    assert y.dtype == dtype
    np.testing.assert_array_equal(y, x.repeat(2, 2))

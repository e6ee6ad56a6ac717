from typing import Any

import numpy as np
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.families import agree, dtypes, layouts, numbers, seeds
from zerokara import kernels
from zerokara.kernels import compiled, reference

shapes = st.lists(st.integers(0, 7), min_size=1, max_size=4).map(tuple)


@given(shapes, dtypes, layouts, layouts, seeds)
def test_the_families_agree_on_relu(shape: tuple[int, ...], dtype: Any, layout: str, other: str, seed: int) -> None:
    """Also when value and gradient lie differently in memory."""
    x, g = numbers(seed, shape, dtype, layout), numbers(seed + 1, shape, dtype, other)
    agree("relu", x)
    agree("relu_grad", g, x)


@given(shapes, dtypes, layouts, layouts, seeds)
def test_the_families_agree_on_silu(shape: tuple[int, ...], dtype: Any, layout: str, other: str, seed: int) -> None:
    """Also when value and gradient lie differently in memory."""
    x, g = 4 * numbers(seed, shape, dtype, layout), numbers(seed + 1, shape, dtype, other)
    agree("silu", x)
    agree("silu_grad", g, x)


@pytest.mark.parametrize("size", [*range(20), 31, 33, 100, 100_001])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_silu_of_any_number_of_numbers(size: int, dtype: Any) -> None:
    """Around the widths of vectors, and cut for several threads."""
    x, g = 4 * numbers(size, (size,), dtype), numbers(size + 1, (size,), dtype)
    agree("silu", x)
    agree("silu_grad", g, x)


@pytest.mark.parametrize("family", [reference, compiled])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_silu_far_from_zero(family: Any, dtype: Any) -> None:
    """It is 0 and x there, its slope 0 and 1, without a warning; of −0 it is −0, and a NaN shows."""
    x = np.array([-np.inf, -60000, -1000, -0.0, 0, 1000, 60000, np.inf, np.nan], dtype)
    y, dx = family.silu(x), family.silu_grad(np.full(9, 2, dtype), x)
    assert y.dtype == dx.dtype == dtype
    np.testing.assert_array_equal(y, [0, 0, 0, 0, 0, 1000, 60000, np.inf, np.nan])
    np.testing.assert_array_equal(np.signbit(y[:5]), [True, True, True, True, False])
    np.testing.assert_array_equal(dx, [0, 0, 0, 1, 1, 2, 2, 2, np.nan])


@pytest.mark.parametrize("family", [reference, compiled])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_silu_keeps_its_digits(family: Any, dtype: Any) -> None:
    """x·σ(x) and its slope against the same in float64 (for float64: in long double), tails included."""
    x = np.concatenate([np.linspace(-80, 80, 4001), 10.0 ** -np.arange(1, 30)]).astype(dtype)
    wide = x.astype(np.float64 if dtype is np.float32 else np.longdouble)
    share, rest = 1 / (1 + np.exp(-wide)), 1 / (1 + np.exp(wide))
    eps = np.finfo(dtype).eps
    np.testing.assert_allclose(family.silu(x), wide * share, rtol=5 * eps)
    allowed = 8 * eps * share * (1 + np.abs(wide) * rest)  # near −1.28 the slope's terms cancel
    assert (np.abs(family.silu_grad(np.ones_like(x), x) - share * (1 + wide * rest)) <= allowed).all()


@pytest.mark.parametrize("name", ["silu", "silu_grad"])
def test_silu_keeps_the_layout_of_its_input(name: str) -> None:
    x = numbers(0, (2, 3, 4, 5), np.float32, "channels last")
    args = (x, x) if name == "silu_grad" else (x,)
    assert getattr(compiled, name)(*args).strides == x.strides


@pytest.mark.parametrize("family", [reference, compiled])
def test_relu_at_zero_and_beyond_the_numbers(family: Any) -> None:
    """The gradient at 0 is 0; a NaN stays visible in the value, so that a diverging training is noticed."""
    x = np.array([-np.inf, -1, 0, 1, np.inf, np.nan], np.float32)
    np.testing.assert_array_equal(family.relu(x), [0, 0, 0, 1, np.inf, np.nan])
    np.testing.assert_array_equal(family.relu_grad(np.full(6, 2, np.float32), x), [0, 0, 0, 2, 2, 0])


def test_relu_keeps_the_layout_of_its_input() -> None:
    x = numbers(0, (2, 3, 4, 5), np.float32, "channels last")
    assert compiled.relu(x).strides == x.strides
    assert compiled.relu_grad(x, x).strides == x.strides


@pytest.mark.parametrize("family", [reference, compiled])
def test_other_dtypes_and_single_numbers_are_served_too(family: Any) -> None:
    assert family.relu(np.float32(-1)) == 0
    assert family.relu(np.arange(-2, 3)).tolist() == [0, 0, 0, 1, 2]
    assert family.relu(np.array(-2.0)).shape == ()


CURVES = [("sigmoid", scipy.special.expit), ("erf", scipy.special.erf), ("ndtr", scipy.special.ndtr)]


@pytest.mark.parametrize(("name", "definition"), CURVES)
@pytest.mark.parametrize("family", kernels.FAMILIES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_curves_against_scipy(name: str, definition: Any, family: str, dtype: Any) -> None:
    x = np.linspace(-30, 30, 2001, dtype=dtype)
    with kernels.use_kernels(family):
        y = getattr(kernels, name)(x)
    assert y.dtype == dtype
    rtol, tiny = 3e-7 if dtype is np.float32 else 1e-14, np.finfo(dtype).tiny  # below tiny, digits are lost one by one
    np.testing.assert_allclose(y, definition(x.astype(np.float64)), rtol=rtol, atol=tiny)

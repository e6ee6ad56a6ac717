"""Sigmoid and the logarithm of a sum of exponentials: exact to the last place, wherever the numbers lie."""

from typing import Any

import numpy as np
import pytest

from tests.kernels.families import agree, numbers
from zerokara.kernels import compiled, reference

FAR = np.array([0, -0.0, 1e-30, 17, -17, 88, -88, 104, -104, 1e30, -1e30, np.inf, -np.inf, np.nan], np.float32)


@pytest.mark.parametrize("layout", ["rows", "channels last", "scattered"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_families_agree(layout: str, dtype: Any) -> None:
    x, y = (10 * numbers(k, (2, 3, 4, 5), dtype, layout) for k in (0, 1))
    agree("sigmoid", x)
    for a, b in ((x, y), (0, x), (x, -1.5), (np.zeros((), dtype), x), (x, x)):
        found = compiled.FUSED["logaddexp"](a, b)
        assert found.dtype == dtype
        np.testing.assert_allclose(found, np.logaddexp(a, b), rtol=1e-6, atol=1e-7)


def test_the_nearest_float32() -> None:
    """Within one place of the exact number, also where NumPy's own float32 function is not."""
    x = np.concatenate([np.linspace(-110, 110, 20001), np.geomspace(1e-20, 1, 500)]).astype(np.float32)
    exact = x.astype(np.float64)
    np.testing.assert_array_max_ulp(compiled.sigmoid(x), reference.sigmoid(exact).astype(np.float32), 1)
    np.testing.assert_array_max_ulp(compiled.FUSED["logaddexp"](0, x), np.logaddexp(0, exact).astype(np.float32), 1)


def test_infinities_and_no_numbers() -> None:
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(compiled.sigmoid(FAR), reference.sigmoid(FAR.astype(np.float64)).astype("f4"))
        for other in (0.0, np.inf, -np.inf, np.nan, 5.0):
            expected = np.logaddexp(FAR.astype(np.float64), other).astype(np.float32)
            np.testing.assert_array_max_ulp(compiled.FUSED["logaddexp"](FAR, other), expected, 1)

"""Large sums are made on all threads: the bits are NumPy's."""

from itertools import product
from typing import Any

import numpy as np

from tests.sweeps import together
from zerokara import kernels

SHAPE = (8, 16, 24, 24)
assert np.prod(SHAPE) > kernels._LARGE

LAYOUTS: dict[str, Any] = {
    "rows": lambda a: a,
    "channels last": lambda a: np.ascontiguousarray(a.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2),
    "scattered": lambda a: np.repeat(a, 2, axis=3)[..., ::2],
    "one number": lambda a: np.broadcast_to(a[:1, :1, :1, :1], a.shape),
    "read-only": lambda a: np.frombuffer(a.tobytes(), a.dtype).reshape(a.shape),
}


DTYPES = [("f4", "f4"), ("f8", "f8"), ("f4", "f8"), ("f2", "f2"), ("i8", "i4")]


@together(product(["reference", "compiled"], LAYOUTS, LAYOUTS, DTYPES))
def test_a_sum_is_numpys(family: str, first: str, second: str, dtypes: tuple[str, str]) -> None:
    rng = np.random.default_rng(0)
    x, y = (
        LAYOUTS[f]((100 * rng.standard_normal(SHAPE)).astype(d)) for f, d in zip((first, second), dtypes, strict=True)
    )
    before = x.tobytes(), y.tobytes()
    with kernels.use_kernels(family):
        found = kernels.add(x, y)
    expected = x + y
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)
    assert (x.tobytes(), y.tobytes()) == before


def test_what_is_small_or_repeated_or_no_array_adds_itself() -> None:
    x = np.ones(SHAPE, np.float32)
    for y in (2, 2.5, np.float32(3), np.ones(24, np.float32), np.ones((16, 1, 1))):
        np.testing.assert_array_equal(kernels.add(x, y), x + y)
        np.testing.assert_array_equal(kernels.add(y, x), y + x)
        assert kernels.add(x, y).dtype == (x + y).dtype

"""Numbers written times a factor: both families, whatever the layouts."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.families import assert_close, dtypes, layouts, numbers, seeds
from zerokara.kernels import compiled, reference

shapes = st.sampled_from([(5,), (3, 4), (2, 3, 4, 5), (0, 3), (1,)])


@given(shapes, dtypes, layouts, seeds, st.floats(-3, 3))
def test_the_families_agree(shape: Any, dtype: Any, layout: str, seed: int, factor: float) -> None:
    source, target = numbers(seed, shape, dtype, layout), np.zeros(shape, dtype)
    before, other = source.copy(), target.copy()
    compiled.scale_into(target, source, np.array([factor]))
    getattr(reference, "scale_into")(other, source, np.array([factor]))  # noqa: B009  (by name: see test_families)
    assert_close(target, other)
    np.testing.assert_array_equal(source, before)


@given(seeds)
def test_a_factor_of_one_copies_every_bit(seed: int) -> None:
    source = numbers(seed, (7, 5), np.float32)
    target = np.zeros_like(source)
    compiled.scale_into(target, source, np.ones(1))
    np.testing.assert_array_equal(target, source)

"""Laws that hold for every transform."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.data.transforms.cases import EVERY, noise_batch, rng
from zerokara.data import transforms

every = pytest.mark.parametrize("name", sorted(EVERY))


def test_no_transform_is_forgotten() -> None:
    public = {name for name in transforms.__all__ if dataclasses.is_dataclass(getattr(transforms, name))}
    assert public == set(EVERY)


@every
@given(
    n=st.integers(0, 4),
    channels=st.sampled_from([1, 3]),
    height=st.integers(5, 11),
    width=st.integers(5, 11),
    dtype=st.sampled_from([np.float32, np.float64]),
)
def test_shape_and_dtype_are_kept_and_values_stay_in_range(
    name: str, n: int, channels: int, height: int, width: int, dtype: type
) -> None:
    if name == "RandomApply":
        width = height
    batch = noise_batch(n, channels, height, width, dtype)
    result = EVERY[name](batch, rng())
    assert result.shape == batch.shape
    assert result.dtype == batch.dtype
    assert np.all((result >= -1e-6) & (result <= 1 + 1e-6))


@every
def test_the_input_is_never_changed_nor_handed_out(name: str) -> None:
    batch = noise_batch()
    before = batch.copy()
    result = EVERY[name](batch, rng())
    np.testing.assert_array_equal(batch, before)
    assert not np.shares_memory(result, batch)


@every
def test_the_result_is_a_function_of_the_batch_and_the_generators_state(name: str) -> None:
    batch = noise_batch(8)
    first, again, other = (EVERY[name](batch, rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@every
def test_each_image_is_altered_in_its_own_way(name: str) -> None:
    same = np.repeat(noise_batch(1), 16, axis=0)
    result = EVERY[name](same, rng())
    assert len(np.unique(result.reshape(16, -1), axis=0)) > 1


@every
def test_batches_that_are_not_floating_images_are_refused(name: str) -> None:
    for batch in (np.zeros((2, 1, 5, 5), np.uint8), np.zeros((2, 5), np.float32)):
        with pytest.raises(ValueError, match=r"floating images \(N, C, H, W\)"):
            EVERY[name](batch, rng())


@every
def test_settings_are_frozen_and_can_be_compared(name: str) -> None:
    transform = EVERY[name]
    assert transform == dataclasses.replace(transform)  # type: ignore[type-var]
    assert name in repr(transform)

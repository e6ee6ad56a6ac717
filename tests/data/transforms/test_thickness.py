import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from tests.data.transforms.cases import noise_batch, rng, smooth_batch
from zerokara.arrays import Array
from zerokara.data.transforms import Thickness


def grown(batch: Array, radius: float) -> Array:
    """Every image grown by exactly this radius (shrunk when it is negative)."""
    return Thickness(thinner=-radius, thicker=radius)(batch, rng())


def test_radius_zero_is_the_identity() -> None:
    np.testing.assert_array_equal(grown(noise_batch(), 0), noise_batch())


@given(radii=st.lists(st.floats(-2.5, 2.5), min_size=2, max_size=2).map(sorted), seed=st.integers(0, 5))
def test_a_larger_radius_has_at_least_the_ink_at_every_pixel(radii: list[float], seed: int) -> None:
    batch = noise_batch(2, 1, 9, 9, np.float64, seed)
    thin, thick = (grown(batch, radius) for radius in radii)
    assert np.all(thick >= thin - 1e-12)


def test_growing_light_is_shrinking_dark() -> None:
    batch = noise_batch(3, 1, 8, 8, np.float64)
    np.testing.assert_allclose(grown(1 - batch, -1.4), 1 - grown(batch, 1.4), atol=1e-12)


def test_a_point_grows_to_an_octagon() -> None:
    point = np.zeros((1, 1, 9, 9), np.float32)
    point[0, 0, 4, 4] = 1
    assert grown(point, 1).sum() == 5
    two = grown(point, 2)[0, 0]
    assert two.sum() == 21
    np.testing.assert_array_equal(two, two.T)
    np.testing.assert_allclose(grown(point, 0.25)[0, 0, 4, 3:6], [0.25, 1, 0.25])


def test_whole_pixels_are_those_of_an_independent_dilation() -> None:
    batch = noise_batch(1, 1, 12, 12)
    cross, square = ndimage.generate_binary_structure(2, 1), np.ones((3, 3), bool)
    expected = batch[0, 0]
    for footprint in (cross, square, cross):
        expected = ndimage.grey_dilation(expected, footprint=footprint, mode="constant", cval=-np.inf)
    np.testing.assert_allclose(grown(batch, 3)[0, 0], expected, rtol=1e-6)


def test_a_stroke_widens_by_twice_the_radius() -> None:
    stroke = np.zeros((1, 1, 10, 10), np.float32)
    stroke[:, :, :, 4:6] = 1
    assert grown(stroke, 0.4)[0, 0, 5].sum() == pytest.approx(2.8)
    assert grown(stroke, -0.4)[0, 0, 5].sum() == pytest.approx(1.2)


def test_radii_are_drawn_from_thinner_to_thicker() -> None:
    batch = smooth_batch(600)
    ink = Thickness(0.5, 1.0)(batch, rng()).sum(axis=(1, 2, 3))
    low, same, high = (grown(batch[:1], radius).sum() for radius in (-0.5, 0.0, 1.0))
    assert low <= ink.min() < low * 1.02
    assert high * 0.98 < ink.max() <= high * 1.0001
    assert np.mean(ink < same) == pytest.approx(1 / 3, abs=0.06)


def test_an_empty_range_is_refused() -> None:
    with pytest.raises(ValueError, match="thicker"):
        Thickness(thinner=-1, thicker=0.5)

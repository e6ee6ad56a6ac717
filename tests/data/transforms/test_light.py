import numpy as np
import pytest

from tests.data.transforms.cases import noise_batch, rng
from zerokara.data.transforms import Light, Noise


def test_noise_has_the_strength_it_was_given() -> None:
    grey = np.full((20, 1, 30, 30), 0.5, np.float32)
    noisy = Noise(0.1)(grey, rng())
    assert noisy.std() == pytest.approx(0.1, rel=0.03)
    assert noisy.mean() == pytest.approx(0.5, abs=0.005)


def test_no_noise_and_no_light_are_the_identity() -> None:
    np.testing.assert_array_equal(Noise(0)(noise_batch(), rng()), noise_batch())
    np.testing.assert_allclose(Light(0, 1)(noise_batch(), rng()), noise_batch(), atol=1e-7)


def test_brightness_is_added_and_contrast_spreads_about_the_mean_of_the_image() -> None:
    batch = 0.4 + 0.2 * noise_batch(5, 3)
    np.testing.assert_allclose(Light((0.1, 0.1), 1)(batch, rng()), batch + 0.1, atol=1e-6)
    spread = Light(0, (1.5, 1.5))(batch, rng())
    mean = batch.mean(axis=(1, 2, 3), keepdims=True)
    np.testing.assert_allclose(spread, 1.5 * (batch - mean) + mean, atol=1e-6)


@pytest.mark.parametrize("make", [lambda: Noise(-1), lambda: Light(-0.1), lambda: Light(0, 0.5)])
def test_settings_that_cannot_be_are_refused(make: object) -> None:
    with pytest.raises(ValueError, match=r"std|brightness|contrast"):
        make()  # type: ignore[operator]

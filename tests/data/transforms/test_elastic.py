import numpy as np
import pytest

from tests.data.transforms.cases import noise_batch, rng, smooth_batch
from zerokara.arrays import Array
from zerokara.data.transforms import Elastic
from zerokara.data.transforms.warp import _places


def displacement(elastic: Elastic, n: int, size: tuple[int, int]) -> Array:
    """How far each pixel is looked up from its own place: (2, N, H, W)."""
    batch = np.zeros((n, 1, *size))
    return np.stack(_places(elastic.draw(n, size, rng()), batch)) - np.mgrid[: size[0], : size[1]][:, None]


def test_no_strength_is_the_identity() -> None:
    np.testing.assert_array_equal(Elastic(0.0)(noise_batch(), rng()), noise_batch())


@pytest.mark.parametrize("spacing", [3, 6.5, 14])
@pytest.mark.parametrize("size", [(28, 28), (17, 40)])
def test_strength_is_the_root_mean_square_displacement_in_pixels(spacing: float, size: tuple[int, int]) -> None:
    moved = displacement(Elastic(0.7, spacing), 2000, size)
    assert np.sqrt(np.mean(moved**2)) == pytest.approx(0.7, rel=0.05)
    assert abs(moved.mean()) < 0.02


@pytest.mark.parametrize("spacing", [4, 8])
def test_the_displacement_is_smooth(spacing: float) -> None:
    """Neighbours move nearly alike: the slope of a spline on a grid of that spacing is about strength / spacing."""
    moved = displacement(Elastic(1.0, spacing), 200, (28, 28))
    for axis in (2, 3):
        assert np.sqrt(np.mean(np.diff(moved, axis=axis) ** 2)) < 1.5 / spacing


def test_the_corners_move_as_the_middle_does() -> None:
    moved = displacement(Elastic(1.0, 6), 3000, (28, 28))
    corner, middle = np.std(moved[..., 0, 0]), np.std(moved[..., 14, 14])
    assert corner == pytest.approx(middle, rel=0.2)


def test_a_picture_is_bent_but_keeps_its_ink() -> None:
    batch = smooth_batch(32)
    bent = Elastic(0.8, 6)(batch, rng())
    assert bent.sum() == pytest.approx(batch.sum(), rel=0.03)
    assert np.abs(bent - batch).mean() > 0.01


@pytest.mark.parametrize("options", [{"strength": -1}, {"spacing": 0}])
def test_settings_that_cannot_be_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        Elastic(**options)

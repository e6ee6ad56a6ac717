import numpy as np
import pytest

from tests.explain.conftest import images
from zerokara.explain.pictures import enlarged, heat_picture, overlay, sheet, strength


def test_a_zero_map_is_black_and_leaves_the_image_grey() -> None:
    zero = np.zeros((5, 6))
    np.testing.assert_array_equal(heat_picture(zero), np.zeros((5, 6, 3)))
    shown = overlay(np.ones((5, 6, 3)), zero)
    assert np.ptp(shown) == 0


def test_for_is_red_and_against_is_blue() -> None:
    map = np.array([[1.0, -1.0], [0.0, 0.5]])
    for shown in (heat_picture(map), overlay(np.full((2, 2), 0.5), map)):
        assert shown[0, 0, 0] > shown[0, 0, 2]
        assert shown[0, 1, 2] > shown[0, 1, 0]
        assert shown.min() >= 0
        assert shown.max() <= 1


def test_a_single_hot_pixel_does_not_hide_the_others() -> None:
    map = np.full((50, 50), 0.1)
    map[0, 0] = 1000
    assert strength(map)[20, 20] == 1


def test_a_scale_does_not_matter() -> None:
    map = images((1, 1, 6, 6))[0, 0]
    np.testing.assert_allclose(heat_picture(map), heat_picture(1e-6 * map), atol=1e-6)


def test_a_sheet_has_every_picture_in_its_place() -> None:
    pictures = np.stack([np.full((2, 3), k / 10) for k in range(5)])
    shown = sheet(pictures, columns=3)
    assert shown.shape == (5, 11)
    assert [shown[0, 0], shown[0, 4], shown[0, 8], shown[3, 0], shown[3, 4]] == [0, 0.1, 0.2, 0.3, 0.4]
    assert (shown[2] == 1).all()
    assert sheet(np.zeros((4, 2, 2, 3))).shape == (5, 5, 3)
    with pytest.raises(ValueError, match="at least one"):
        sheet(np.zeros((0, 2, 2)))


def test_pixels_become_squares() -> None:
    np.testing.assert_array_equal(enlarged(np.array([[1, 2]]), 2), [[1, 1, 2, 2], [1, 1, 2, 2]])

"""A PNG by hand is what every viewer reads."""

import io

import numpy as np
import pytest

from zerokara.io.png import as_pixels, png


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3), (1, 1)])
def test_a_png_is_what_every_viewer_reads(shape: tuple[int, ...]) -> None:
    from PIL import Image

    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    with Image.open(io.BytesIO(png(pixels))) as image:
        assert image.format == "PNG"
        assert np.array_equal(np.asarray(image), pixels)


def test_every_layout_of_an_image_becomes_pixels() -> None:
    assert as_pixels(np.zeros((1, 4, 5))).shape == (4, 5)
    assert as_pixels(np.zeros((3, 4, 5))).shape == (4, 5, 3)
    assert as_pixels(np.zeros((4, 5, 3), np.uint8)).shape == (4, 5, 3)
    assert as_pixels(np.array([[0.5, 2.0], [-1.0, np.nan]])).tolist() == [[128, 255], [0, 0]]


def test_other_pixels_are_refused() -> None:
    with pytest.raises(ValueError, match="float64"):
        png(np.zeros((2, 2)))

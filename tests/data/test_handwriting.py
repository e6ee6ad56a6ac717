"""Digits that formulas write: all styles, MNIST's format, and the same ones for the same seed."""

import numpy as np
import pytest

from zerokara.arrays import generator
from zerokara.data.handwriting import STYLES, handwriting, picture, write


def test_the_digits_are_balanced_and_look_like_mnists():
    """uint8 28×28, as many of each, centre of mass near the middle (strokes that cross count twice in placing it)."""
    split = handwriting(200)
    assert split.images.shape == (200, 1, 28, 28)
    assert split.images.dtype == np.uint8
    assert np.bincount(split.labels).tolist() == [20] * 10
    ink = split.images[:, 0].astype(float)
    places = np.arange(28) + 0.5
    for axis in (1, 2):
        middle = (ink.sum(axis=axis) * places).sum(axis=1) / ink.sum(axis=(1, 2))
        assert np.abs(middle - 14).max() < 2.5


def test_a_seed_gives_the_same_digits_and_another_seed_others():
    assert np.array_equal(handwriting(30, seed=4).images, handwriting(30, seed=4).images)
    assert not np.array_equal(handwriting(30, seed=4).images, handwriting(30, seed=5).images)


@pytest.mark.parametrize("digit", range(10))
def test_every_style_can_be_written(digit):
    for style in range(len(STYLES[digit])):
        drawn = picture(write(digit, generator(0, digit, style), style), 2.5)
        assert drawn.shape == (28, 28)
        assert drawn.dtype == np.float32
        assert 0.9 < drawn.max() <= 1
        assert 20 < drawn.sum() < 250

"""The network's picture depends on the shape that was drawn, not on how large or with which pen it was drawn."""

import numpy as np
import pytest

from tests.digits.drawing import mask
from zerokara.digits import prepare
from zerokara.digits.stroke import depth, stroke_width


def cut(ink):
    rows, columns = np.nonzero(ink.max(axis=1))[0], np.nonzero(ink.max(axis=0))[0]
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float32)


def view(digit, height=160, pen=12, **options):
    size = (height * 2, height + 60)
    return prepare(cut(mask(digit, size=size, at=(height // 3, 20), height=height, pen=pen, **options)))


@pytest.mark.parametrize("digit", range(10))
def test_a_view_is_what_mnist_prescribes(digit):
    """28×28 in 0..1; the digit inside 20×20, one side of it full; its centre of mass in the middle, to a pixel."""
    seen = view(digit)
    assert seen.shape == (28, 28)
    assert seen.dtype == np.float32
    assert seen.min() >= 0
    assert 0.9 < seen.max() <= 1
    rows, columns = np.nonzero(seen.max(axis=1) > 0.05)[0], np.nonzero(seen.max(axis=0) > 0.05)[0]
    assert max(np.ptp(rows), np.ptp(columns)) + 1 in (19, 20)
    places = np.arange(28) + 0.5
    assert abs((seen.sum(axis=1) * places).sum() / seen.sum() - 14) < 0.51
    assert abs((seen.sum(axis=0) * places).sum() / seen.sum() - 14) < 0.51


@pytest.mark.parametrize("digit", range(10))
def test_large_and_small_drawings_of_the_same_digit_look_alike(digit):
    """Up to a pixel, since the centre of mass falls on whole pixels."""
    large, small = view(digit, height=600, pen=60), view(digit, height=60, pen=6)
    moved = [np.roll(small, step, (0, 1)) for step in np.ndindex(3, 3)]
    assert min(np.abs(np.roll(large, (1, 1), (0, 1)) - seen).mean() for seen in moved) < 0.05


@pytest.mark.parametrize(("height", "pen"), [(1500, 3), (400, 2), (300, 1), (160, 45)])
def test_a_hairline_does_not_vanish_and_a_marker_does_not_blob(height, pen):
    seen = view(2, height=height, pen=pen)
    assert 1.5 < stroke_width(depth(seen > 0.5, 10)) < 5
    assert seen.max() > 0.9


def test_mnists_own_digits_pass_nearly_unchanged():
    """A digit that MNIST's preparation has made keeps its greys: it is prepared already."""
    seen = view(8)
    again = prepare(cut(seen))
    assert np.abs(again - seen).mean() < 0.03

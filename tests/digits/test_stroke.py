"""Distances to the edge, and strokes redrawn by them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from zerokara.digits.stroke import depth, redraw, stroke_width


@given(st.integers(0, 2**32 - 1), st.integers(1, 30), st.integers(1, 30), st.integers(1, 12))
def test_depth_is_the_euclidean_distance_to_the_nearest_paper(seed, H, W, reach):
    mask = np.random.default_rng(seed).random((H, W)) < 0.8
    theirs = ndimage.distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1]
    np.testing.assert_allclose(depth(mask, reach), np.minimum(theirs, reach), rtol=1e-6)


@pytest.mark.parametrize("width", [4, 8, 15, 30])
def test_the_width_of_a_bar_is_measured(width):
    bar = np.zeros((60, 400), bool)
    bar[10 : 10 + width] = True
    assert stroke_width(depth(bar, 40)) == pytest.approx(width, abs=1.2)


@pytest.mark.parametrize("grow", [-3.0, -1.5, 0.0, 1.5, 4.0])
def test_redrawing_moves_the_edge_by_so_many_pixels(grow):
    """The sum over a cut through the bar is its width: antialiasing keeps fractions of a pixel."""
    bar = np.zeros((60, 80), bool)
    bar[20:32] = True
    assert redraw(bar, grow)[:, 40].sum() == pytest.approx(12 + 2 * grow, abs=0.01)


def test_a_stroke_at_the_border_gets_no_frame():
    drawn = redraw(np.pad(np.ones((4, 4), bool), 30), 3.0)
    assert drawn[0].max() == drawn[-1].max() == drawn[:, 0].max() == drawn[:, -1].max() == 0

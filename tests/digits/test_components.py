"""Connected components against SciPy's, which finds them in another way."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from zerokara.digits.components import boxes, label


@given(
    st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 40), st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.8, 1.0])
)
def test_components_and_boxes_are_scipys(seed, H, W, share):
    mask = np.random.default_rng(seed).random((H, W)) < share
    labels, count = label(mask)
    theirs, many = ndimage.label(mask, np.ones((3, 3)))
    assert count == many
    assert len(set(zip(labels.ravel().tolist(), theirs.ravel().tolist(), strict=True))) == many + (not mask.all())
    found = [(x.start, y.start, x.stop, y.stop) for y, x in ndimage.find_objects(labels)]
    assert boxes(labels, count).tolist() == [list(box) for box in found]


@pytest.mark.parametrize("turns", [3, 9])
def test_a_spiral_is_one_piece_however_long_its_way(turns):
    """Labels have to travel through every turn, from row to row and back."""
    y, x = np.mgrid[-1:1:120j, -1:1:120j]
    spiral = (np.hypot(x, y) * turns - np.arctan2(y, x) / (2 * np.pi)) % 1 < 0.4
    assert label(spiral)[1] == ndimage.label(spiral, np.ones((3, 3)))[1]

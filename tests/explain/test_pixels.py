"""Enlarging, blurring, filling."""

import numpy as np
import pytest

from tests.explain.conftest import images
from zerokara.explain.pixels import blur, enlarge, filling


def test_enlarging_goes_through_the_centres_in_straight_lines() -> None:
    np.testing.assert_allclose(enlarge(np.array([[0.0, 1.0]]), 1, 4)[0], [0, 0.25, 0.75, 1])
    ramp = np.arange(5.0)[:, None] * np.ones(3)
    np.testing.assert_allclose(enlarge(ramp, 15, 3)[1::3], ramp)


def test_the_same_size_is_the_same_map() -> None:
    x = images((2, 3, 5, 4))
    np.testing.assert_array_equal(enlarge(x, 5, 4), x)


@pytest.mark.parametrize("size", [(7, 9), (14, 3), (1, 1)])
def test_a_constant_map_stays_constant(size: tuple[int, int]) -> None:
    np.testing.assert_allclose(enlarge(np.full((1, 3, 4), 0.7), *size), 0.7)


def test_enlarging_agrees_with_pytorch() -> None:
    torch = pytest.importorskip("torch")
    x = images((1, 2, 5, 7), dtype="float64")
    theirs = torch.nn.functional.interpolate(torch.tensor(x), size=(23, 16), mode="bilinear", align_corners=False)
    np.testing.assert_allclose(enlarge(x, 23, 16), theirs.numpy(), atol=1e-12)


def test_a_blur_keeps_what_is_even_and_spreads_a_point_symmetrically() -> None:
    np.testing.assert_allclose(blur(np.full((1, 6, 8), 2.0), 1.5), 2)
    point = np.zeros((9, 9))
    point[4, 4] = 1
    spread = blur(point, 1.0)
    np.testing.assert_allclose(spread, spread.T)
    np.testing.assert_allclose(spread, spread[::-1])
    np.testing.assert_allclose(spread[4, 5] / spread[4, 4], np.exp(-0.5), rtol=1e-2)


def test_what_fills_is_the_paper_unless_given() -> None:
    drawing = np.zeros((1, 2, 5, 5), "f")
    drawing[0, 0, 1:3, 1:3] = 1
    drawing[0, 1] = 0.5
    assert filling(drawing, None)[0, :, 0, 0].tolist() == [0, 0.5]
    assert filling(drawing, 0.25).dtype == np.float32
    with pytest.raises(ValueError, match="does not fit"):
        filling(drawing, np.zeros((3, 1, 1)))

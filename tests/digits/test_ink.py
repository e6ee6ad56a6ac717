"""Ink is what departs from the paper, whatever the colours and the light."""

import numpy as np
import pytest

from tests.digits.drawing import mask, picture
from zerokara.digits.ink import EDGE, find_ink, paper_colour

COLOURS = {
    "black on white": ((0, 0, 0), (255, 255, 255)),
    "white on black": ((255, 255, 255), (0, 0, 0)),
    "yellow on white": ((255, 235, 0), (255, 255, 255)),
    "red on green of the same lightness": ((200, 60, 60), (60, 123, 60)),
    "blue on yellow": ((40, 90, 160), (215, 205, 90)),
    "pale pencil on grey": ((150, 150, 152), (176, 175, 172)),
}


def pixels(image):
    return np.asarray(image, dtype=np.float32) / 255


def overlap(found, drawn):
    return (found & drawn).sum() / (found | drawn).sum()


def light(strength):
    y, x = np.mgrid[-1:1:300j, -1:1:300j]
    return (1 - strength * (0.6 * x + 0.4 * y))[..., None]


@pytest.mark.parametrize("name", COLOURS)
def test_ink_of_any_colour_is_found_on_paper_of_any_colour(name):
    ink, paper = COLOURS[name]
    found = find_ink(pixels(picture(4, ink=ink, paper=paper))) > EDGE
    assert overlap(found, mask(4) > 0.5) > 0.95


@pytest.mark.parametrize("strength", [0.2, 0.45])
def test_uneven_light_is_paper_not_ink(strength):
    """The dark corner is darker than the ink in the bright one."""
    scene = pixels(picture(6, ink=(100, 100, 105), paper=(170, 168, 160))) * light(strength)
    assert overlap(find_ink(np.clip(scene, 0, 1)) > EDGE, mask(6) > 0.5) > 0.85


def test_noise_is_not_ink_but_noisy_ink_is():
    rng = np.random.default_rng(5)
    blank = np.clip(0.7 + rng.normal(0, 0.04, (300, 300, 1)) * np.ones(3), 0, 1).astype(np.float32)
    assert (find_ink(blank) > EDGE).mean() < 0.001
    drawn = blank - 0.35 * mask(3)[..., None].astype(np.float32)
    assert overlap(find_ink(drawn) > EDGE, mask(3) > 0.5) > 0.9


def test_the_edge_of_a_shadow_is_no_ink():
    """Half of the sheet in the shadow of a hand: two flat parts, and a digit across neither."""
    scene = pixels(picture(5, ink=(60, 60, 60), paper=(220, 220, 220), at=(30, 70), height=150))
    scene[:, 210:] *= 0.72
    found = find_ink(scene) > EDGE
    assert overlap(found[:, :200], mask(5, at=(30, 70), height=150)[:, :200] > 0.5) > 0.85
    assert found[:, 225:].mean() < 0.01


def test_a_printed_grid_of_dots_is_seen_as_grey():
    """A photograph turned into black and white dots: paper is a sparse grid, ink a dense one."""
    rng = np.random.default_rng(1)
    dots = rng.random((300, 300)) < np.where(mask(9, pen=16) > 0.5, 0.15, 0.85)
    found = find_ink(np.repeat(dots[..., None].astype(np.float32), 3, axis=2)) > EDGE
    assert overlap(found, mask(9, pen=16) > 0.5) > 0.7


def test_the_papers_colour_is_that_of_the_paper():
    scene = pixels(picture(8, ink=(20, 20, 90), paper=(230, 220, 200)))
    np.testing.assert_allclose(paper_colour(scene)[::50, ::50].reshape(-1, 3) * 255, [(230, 220, 200)] * 36, atol=4)


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (2, 3), (40, 1)])
def test_tiny_pictures_have_no_ink_or_some_but_raise_nothing(size):
    rng = np.random.default_rng(0)
    assert find_ink(rng.random((*size, 3), dtype=np.float32)).shape == size

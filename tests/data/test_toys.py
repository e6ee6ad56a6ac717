from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from zerokara.data import load
from zerokara.data.toys import TOYS, circles, load_toy, moons, spirals, xor


@pytest.mark.parametrize("name", sorted(TOYS))
def test_a_toy_set_is_balanced_repeatable_and_of_one_shape(name: str) -> None:
    draw, classes = TOYS[name]
    split = draw(301, 7)
    assert split.images.shape == (301, 2)
    assert split.images.dtype == np.float32
    counts = np.bincount(split.labels)
    assert len(counts) == classes
    assert counts.max() - counts.min() <= 1
    np.testing.assert_array_equal(split.images, draw(301, 7).images)
    assert not np.array_equal(split.images, draw(301, 8).images)


@pytest.mark.parametrize("name", sorted(TOYS))
def test_the_test_part_is_not_the_training_part(name: str) -> None:
    found = load(name)
    assert (len(found.train), len(found.test)) == (1000, 500)
    assert not set(map(tuple, found.train.images.tolist())) & set(map(tuple, found.test.images.tolist()))


def test_without_noise_the_points_lie_on_their_curves() -> None:
    ring = circles(100, noise=0)
    np.testing.assert_allclose(np.linalg.norm(ring.images, axis=1), np.where(ring.labels == 0, 1, 0.5), rtol=1e-6)
    upper = moons(100, noise=0)
    np.testing.assert_allclose(np.linalg.norm(upper.images[upper.labels == 0], axis=1), 1, rtol=1e-6)
    board = xor(100, noise=0)
    np.testing.assert_array_equal((board.images[:, 0] > 0) != (board.images[:, 1] > 0), board.labels == 1)


def test_a_spiral_arm_turned_by_a_third_is_the_next_arm() -> None:
    split = spirals(300, noise=0)
    radius, angle = np.linalg.norm(split.images, axis=1), np.arctan2(split.images[:, 1], split.images[:, 0])
    rest = angle - 4 * radius - split.labels * 2 * np.pi / 3
    np.testing.assert_allclose(np.cos(rest), 1, atol=1e-5)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: moons("a"), "n is a whole number, at least 1; got 'a'"),  # type: ignore[arg-type]
        (lambda: moons(2.5), "n is a whole number, at least 1; got 2.5"),  # type: ignore[arg-type]
        (lambda: circles(9, classes=0), "classes is a whole number, at least 1; got 0"),
        (lambda: xor(9, noise=-1), "noise is a number, at least 0; got -1"),
        (lambda: spirals(9, noise=float("nan")), "noise is a number, at least 0; got nan"),
        (lambda: load_toy("moon"), "there is no toy data set 'moon': did you mean moons"),
    ],
)
def test_what_cannot_be_drawn_is_said(make: Callable[[], Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        make()

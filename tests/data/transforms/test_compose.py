import numpy as np
import pytest

from tests.data.transforms.cases import noise_batch, rng, smooth_batch
from zerokara.data.transforms import (
    Affine,
    Compose,
    Crop,
    Elastic,
    HorizontalFlip,
    Noise,
    RandomApply,
    Thickness,
    Transform,
)


def test_nothing_to_do_is_the_identity() -> None:
    np.testing.assert_array_equal(Compose([])(noise_batch(), rng()), noise_batch())


def test_a_chain_is_its_members_one_after_the_other() -> None:
    members: list[Transform] = [Thickness(), Affine(rotate=20), Noise(), Crop(1), HorizontalFlip()]
    batch, generator = noise_batch(), rng(4)
    expected = batch
    for member in members:
        expected = member(expected, generator)
    np.testing.assert_array_equal(Compose(members)(batch, rng(4)), expected)


def test_moves_that_are_joined_go_where_they_go_one_after_the_other() -> None:
    """Whole pixels are not blurred, so both ways must agree exactly; a shift and a turn do not commute."""
    members = [Affine(shift=(2, 2)), Affine(rotate=(90, 90)), Affine(shift=(-1, -1))]
    batch, generator = np.pad(noise_batch(2, 1, 6, 6), ((0, 0), (0, 0), (3, 3), (3, 3))), rng()
    expected = batch
    for member in members:
        expected = member(expected, generator)
    np.testing.assert_allclose(Compose(members)(batch, rng()), expected, atol=1e-5)


@pytest.mark.parametrize(
    "members", [[Affine(rotate=25, scale=1.2), Elastic(3.0, 20)], [Elastic(3.0, 20), Affine(rotate=25)]]
)
def test_joined_and_separate_moves_differ_by_no_more_than_one_blur(members: list[Affine | Elastic]) -> None:
    batch, generator = smooth_batch(8, 96), rng(3)
    expected = batch
    for member in members:
        expected = member(expected, generator)
    joined = Compose(members)(batch, rng(3))
    assert np.abs(joined - expected).mean() < 0.001
    assert np.abs(joined - batch).mean() > 0.02, "they do move the picture"


def test_different_fills_are_not_joined() -> None:
    members = [Affine(shift=(2, 2), fill=1.0), Affine(shift=(1, 1), fill=0.0)]
    moved = Compose(members)(np.full((1, 1, 6, 6), 0.5, np.float32), rng())
    assert moved[0, 0].diagonal().tolist() == [0, 1, 1, 0.5, 0.5, 0.5]


def test_a_transform_now_and_then_leaves_the_others_alone() -> None:
    batch = noise_batch(400, 1, 6, 6)
    result = RandomApply(Affine(rotate=(180, 180)), 0.25)(batch, rng())
    same = np.all(result == batch, axis=(1, 2, 3))
    assert np.mean(~same) == pytest.approx(0.25, abs=0.06)
    np.testing.assert_allclose(result[~same], batch[~same, :, ::-1, ::-1], atol=1e-5)


@pytest.mark.parametrize(("probability", "changed"), [(0.0, 0), (1.0, 5)])
def test_never_and_always(probability: float, changed: int) -> None:
    batch = noise_batch(5)
    result = RandomApply(HorizontalFlip(1.0), probability)(batch, rng())
    assert np.sum(np.any(result != batch, axis=(1, 2, 3))) == changed


def test_a_probability_above_one_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        RandomApply(Noise(), 1.5)

"""What only moves pixels may as well move bytes: the same numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.data.transforms.cases import EVERY, rng
from zerokara.arrays import Array
from zerokara.data import Loader
from zerokara.data.transforms import Compose, Crop, Cutout, HorizontalFlip, Noise, Transform
from zerokara.data.transforms.moving import mover

MOVING: list[Transform] = [
    Crop(2),
    Crop(1, "reflect"),
    HorizontalFlip(),
    Compose([HorizontalFlip(), Crop(2, "reflect")]),
    Compose([Compose([Crop(0), HorizontalFlip(1.0)]), Crop(1)]),
]


def pixels(n: int, channels: int, height: int, width: int) -> Array:
    return rng(1).integers(0, 256, (n, channels, height, width), dtype=np.uint8)


@pytest.mark.parametrize("transform", MOVING, ids=str)
@given(n=st.integers(0, 5), channels=st.integers(1, 3), height=st.integers(3, 9), width=st.integers(3, 9))
def test_bytes_are_moved_as_floats_are(transform: Transform, n: int, channels: int, height: int, width: int) -> None:
    move, batch = mover(transform), pixels(n, channels, height, width)
    assert move is not None
    moved = move(batch, rng())
    assert moved.dtype == np.uint8
    expected = transform((batch / 255).astype(np.float32), rng())
    np.testing.assert_array_equal((moved / 255).astype(np.float32), expected)


@pytest.mark.parametrize("transform", MOVING, ids=str)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_loader_gives_the_numbers_that_the_transform_gives(transform: Transform, dtype: type) -> None:
    images, labels = pixels(10, 3, 6, 7), np.arange(10)
    quick = Loader((images, labels), 4, seed=3, transform=transform, dtype=dtype)
    slow = Loader((images, labels), 4, seed=3, transform=lambda x, rng: transform(x, rng), dtype=dtype)
    for (x, y), (expected, answers) in zip(quick.epoch(2), slow.epoch(2), strict=True):
        assert x.dtype == dtype
        np.testing.assert_array_equal(x, expected)
        np.testing.assert_array_equal(y, answers)


class Turned(Crop):
    """Not what it inherits."""

    def __call__(self, batch: Array, rng: np.random.Generator) -> Array:
        return batch[:, :, ::-1]


def test_nothing_else_is_taken_for_a_move() -> None:
    others = [t for name, t in EVERY.items() if name not in ("Crop", "HorizontalFlip")]
    assert all(
        mover(t) is None for t in [*others, None, Turned(1), Compose([]), Compose([Crop(1), Noise()]), Cutout(2)]
    )

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.data.transforms.cases import noise_batch, rng
from zerokara.data.transforms import Crop, Cutout, HorizontalFlip


@given(n=st.integers(0, 5), channels=st.sampled_from([1, 3]), height=st.integers(1, 9), width=st.integers(1, 9))
def test_flipping_twice_is_the_identity(n: int, channels: int, height: int, width: int) -> None:
    batch, flip = noise_batch(n, channels, height, width), HorizontalFlip(1.0)
    np.testing.assert_array_equal(flip(batch, rng()), batch[..., ::-1])
    np.testing.assert_array_equal(flip(flip(batch, rng()), rng()), batch)


def test_about_half_of_the_images_are_flipped() -> None:
    batch = noise_batch(1000, 1, 3, 3)
    flipped = np.any(HorizontalFlip()(batch, rng()) != batch, axis=(1, 2, 3))
    assert flipped.mean() == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("mode", ["zeros", "reflect"])
def test_a_crop_is_a_window_of_the_padded_image(mode: str) -> None:
    batch = noise_batch(200, 2, 4, 5)
    padded = np.pad(batch, ((0, 0), (0, 0), (2, 2), (2, 2)), "constant" if mode == "zeros" else "reflect")
    result = Crop(2, mode)(batch, rng())  # type: ignore[arg-type]
    places = set()
    for image, source in zip(result, padded, strict=True):
        hits = [
            (top, left)
            for top in range(5)
            for left in range(5)
            if np.array_equal(source[:, top : top + 4, left : left + 5], image)
        ]
        assert hits
        places.add(hits[0])
    assert len(places) == 25, "every place occurs"


def test_no_padding_is_the_identity() -> None:
    np.testing.assert_array_equal(Crop(0)(noise_batch(), rng()), noise_batch())


def test_cutout_covers_one_square_with_its_fill() -> None:
    batch = noise_batch(300, 3, 10, 10)
    result = Cutout(4, fill=0.5)(batch, rng())
    covered = np.any(result != batch, axis=1)
    assert np.all(result[np.repeat(covered[:, None], 3, axis=1)] == 0.5)
    sizes = covered.sum(axis=(1, 2))
    assert sizes.max() == 16
    assert sizes.min() == 4, "a centre in a corner leaves a quarter"
    assert covered.any(axis=0).all(), "every pixel is covered now and then"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Crop(-1), "padding"),
        (lambda: Crop(1, "wrap"), "reflect"),  # type: ignore[arg-type]
        (lambda: Cutout(-1), "size"),
        (lambda: HorizontalFlip(2), "probability"),
        (lambda: Crop(5, "reflect")(noise_batch(1, 1, 4, 4), rng()), "cannot be mirrored"),
    ],
)
def test_settings_that_cannot_be_are_refused(make: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make()  # type: ignore[operator]

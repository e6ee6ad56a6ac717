import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from tests.data.transforms.cases import noise_batch, rng, smooth_batch
from zerokara.data.transforms import Affine


@given(height=st.integers(1, 12), width=st.integers(1, 12), channels=st.sampled_from([1, 3]))
def test_no_change_is_the_identity_bit_for_bit(height: int, width: int, channels: int) -> None:
    batch = noise_batch(3, channels, height, width)
    np.testing.assert_array_equal(Affine()(batch, rng()), batch)


@pytest.mark.parametrize("size", [8, 9])
@pytest.mark.parametrize("turns", [-1, 1, 2, 3])
def test_a_quarter_turn_is_rot90(size: int, turns: int) -> None:
    """Counter-clockwise, about the centre, for even and odd sizes."""
    batch = noise_batch(2, 3, size, size)
    turned = Affine(rotate=(90.0 * turns, 90.0 * turns))(batch, rng())
    np.testing.assert_allclose(turned, np.rot90(batch, turns, axes=(2, 3)), atol=1e-5)


@pytest.mark.parametrize("step", [-3, -1, 1, 2])
def test_a_shift_by_whole_pixels_is_roll_with_the_border_filled(step: int) -> None:
    batch = noise_batch(2, 1, 9, 9)
    shifted = Affine(shift=(step, step), fill=0.5)(batch, rng())
    rolled = np.roll(batch, (step, step), axis=(2, 3))
    outside = slice(None, step) if step > 0 else slice(step, None)
    rolled[:, :, outside] = 0.5
    rolled[:, :, :, outside] = 0.5
    np.testing.assert_allclose(shifted, rolled, atol=1e-6)


def test_half_a_pixel_is_the_mean_of_two() -> None:
    batch = noise_batch(2, 1, 6, 6)
    moved = Affine(shift=(0.5, 0.5))(batch, rng())
    expected = (batch[:, :, 1:, 1:] + batch[:, :, :-1, 1:] + batch[:, :, 1:, :-1] + batch[:, :, :-1, :-1]) / 4
    np.testing.assert_allclose(moved[:, :, 1:, 1:], expected, atol=1e-6)


@given(
    angle=st.floats(-180, 180),
    scale=st.floats(0.5, 2),
    stretch=st.floats(0.7, 1.4),
    shear=st.floats(-40, 40),
    shift=st.floats(-3, 3),
)
def test_the_formula_is_that_of_an_independent_resampler(
    angle: float, scale: float, stretch: float, shear: float, shift: float
) -> None:
    batch = noise_batch(1, 1, 10, 13, np.float64)
    ours = Affine((angle, angle), (shift, shift), (scale, scale), (stretch, stretch), (shear, shear))(batch, rng())
    a, k = np.radians(angle), np.tan(np.radians(shear))
    turn = np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
    forward = turn @ np.array([[1, 0], [-k, 1]]) @ np.diag([scale / stretch**0.5, scale * stretch**0.5])
    inverse, centre = np.linalg.inv(forward), np.array([4.5, 6.0])
    offset = centre - inverse @ (centre + shift)
    theirs = ndimage.affine_transform(np.pad(batch[0, 0], 1), inverse, offset + 1 - inverse @ [1, 1], order=1)
    np.testing.assert_allclose(ours[0, 0], theirs[1:-1, 1:-1], atol=1e-7)


def test_scale_and_stretch_measure_what_they_say() -> None:
    batch = smooth_batch(1, 40)
    larger = Affine(scale=(1.2, 1.2))(batch, rng())
    assert larger.sum() / batch.sum() == pytest.approx(1.44, rel=0.03)
    wider = Affine(stretch=(1.3, 1.3))(batch, rng())
    assert wider.sum() / batch.sum() == pytest.approx(1, rel=0.03), "a stretch keeps the area"
    assert np.ptp(np.nonzero(wider[0, 0] > 0.5)[1]) > np.ptp(np.nonzero(batch[0, 0] > 0.5)[1])


def test_shear_leans_an_upright_line_to_the_right() -> None:
    line = np.zeros((1, 1, 15, 15), np.float32)
    line[:, :, :, 7] = 1
    leaning = Affine(shear=(20, 20))(line, rng())[0, 0]
    assert leaning[2].argmax() > 7 > leaning[-3].argmax()


def test_one_number_is_the_range_in_both_directions() -> None:
    matrix = Affine(scale=1.25).draw(4000, (8, 8), rng()).matrix[:, 0, 0]
    assert matrix.min() == pytest.approx(0.8, abs=1e-3)
    assert matrix.max() == pytest.approx(1.25, abs=1e-3)
    assert np.mean(matrix < 1) == pytest.approx(0.5, abs=0.03), "larger as often as smaller"


@pytest.mark.parametrize(
    "options",
    [{"rotate": -5}, {"scale": 0.8}, {"scale": (0, 1)}, {"stretch": (2, 1)}, {"shear": 95}, {"shift": (1, 0)}],
)
def test_ranges_that_cannot_be_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        Affine(**options)  # type: ignore[arg-type]

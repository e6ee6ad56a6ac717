"""Winograd's convolution beside numbers that are much larger than the others.

The law: the error of a result is that of roundings of its own window, or of what is usual, for it is computed from a
tile that is at most RATIO times as large as either of the two, or directly.
"""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernels.families import numbers, seeds
from tests.kernels.replay import agree_when_replayed
from tests.kernels.test_winograd import arrays, convolutions, exact
from zerokara.arrays import Array
from zerokara.kernels import reference
from zerokara.kernels.compiled import winograd
from zerokara.kernels.compiled.winograd_tiles import RATIO

EPS = 2.0**-24
EXTREMES = [1e3, 1e4, 1e6, -1e12, 1e25, np.inf, -np.inf, np.nan]

many = pytest.mark.parametrize("numbers_that_are_many", [0, 2**62])


def own_sizes(x: Array, w: Array, padding: tuple[int, int]) -> Array:
    """√Σ x² of every result's window · √Σ w² of its filter."""
    ones = np.ones((1, x.shape[1], *w.shape[2:]))
    with np.errstate(all="ignore"):
        windows = reference.conv2d(x.astype(np.float64) ** 2, ones, None, (1, 1), padding, (1, 1), 1)
        lengths = np.sqrt((w.astype(np.float64) ** 2).sum((1, 2, 3)))
        return np.sqrt(windows) * lengths[:, None, None]


def assert_law(found: Array, expected: Array, sizes: Array) -> None:
    """|error| ≤ 4·RATIO·ε·(size of the own window), and what is not finite is so in both, alike."""
    finite = np.isfinite(expected) & np.isfinite(sizes)
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(
            found[~np.isfinite(expected)], expected[~np.isfinite(expected)].astype(np.float32)
        )
        assert (np.abs(found - expected)[finite] <= (4 * RATIO * EPS * sizes + 1e-24)[finite]).all()


@many
@given(case=convolutions(), extreme=st.sampled_from(EXTREMES), relu=st.booleans(), place=seeds)
@settings(max_examples=60)
def test_each_result_is_as_exact_as_its_own_window_allows(
    numbers_that_are_many: int, case: dict[str, Any], extreme: float, relu: bool, place: int
) -> None:
    """Forward and back to x, with one extreme pixel anywhere, borders and corners included."""
    x, w, _, g = arrays(case)
    for images in (x, g):
        images[tuple(place % n for n in images.shape)] = extreme
    options = (1, 1), case["padding"], (1, 1), 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(winograd, "_MANY_NUMBERS", numbers_that_are_many)
        with np.errstate(all="ignore"):
            y = winograd.conv2d(x, w, None, case["padding"], relu)
            expected = exact("conv2d", x, w, None, *options)
            assert_law(y, reference.relu(expected) if relu else expected, own_sizes(x, w, case["padding"]))
            taps = w.shape[2]
            around = (taps - 1 - case["padding"][0], taps - 1 - case["padding"][1])
            dx = winograd.conv2d_grad_x(g, w, x.shape, case["padding"])
            turned = w[:, :, ::-1, ::-1].transpose(1, 0, 2, 3)
            assert_law(dx, exact("conv2d_grad_x", g, w, x.shape, *options), own_sizes(g, turned, around))


@many
@given(case=convolutions(), extreme=st.sampled_from(EXTREMES), of_slopes=st.booleans(), place=seeds)
@settings(max_examples=60)
def test_each_slope_of_a_filter_is_as_exact_as_what_its_tap_sees(
    numbers_that_are_many: int, case: dict[str, Any], extreme: float, of_slopes: bool, place: int
) -> None:
    """∂L/∂w with one extreme pixel or slope: |error| ≤ 4·RATIO²·ε·√Σ x²·√Σ g², both over what a tap sees."""
    x, w, _, g = arrays(case)
    images = g if of_slopes else x
    images[tuple(place % n for n in images.shape)] = extreme
    options = (1, 1), case["padding"], (1, 1), 1
    with pytest.MonkeyPatch.context() as patch, np.errstate(all="ignore"):
        patch.setattr(winograd, "_MANY_NUMBERS", numbers_that_are_many)
        dw = winograd.conv2d_grad_w(g, x, w.shape, case["padding"])
        expected = exact("conv2d_grad_w", g, x, w.shape, *options)
        shape = (1, 1, *w.shape[2:])
        seen_x, seen_g = ((a.astype(np.float64) ** 2).sum(1, keepdims=True) for a in (x, g))
        of_x = exact("conv2d_grad_w", np.ones_like(seen_g), seen_x, shape, *options)
        of_g = exact("conv2d_grad_w", seen_g, np.ones_like(seen_x), shape, *options)
        sizes = np.broadcast_to(np.sqrt(of_x * of_g), dw.shape)
    bad = ~np.isfinite(expected)
    np.testing.assert_array_equal(dw[bad], expected[bad].astype(np.float32))
    fine = ~bad & np.isfinite(sizes)
    assert (np.abs(dw[fine] - expected[fine]) <= 4 * RATIO**2 * EPS * sizes[fine] + 1e-24).all()


@many
@pytest.mark.parametrize("taps", [3, 5])
@pytest.mark.parametrize("extreme", EXTREMES)
def test_results_that_do_not_see_an_extreme_pixel_do_not_feel_it(
    numbers_that_are_many: int, taps: int, extreme: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A usual layer: all results whose window is without the pixel are as exact as those of an image without it."""
    monkeypatch.setattr(winograd, "_MANY_NUMBERS", numbers_that_are_many)
    x, w = numbers(0, (2, 64, 28, 28), np.float32), numbers(1, (64, 64, taps, taps), np.float32)
    padding, reach = (taps // 2,) * 2, taps // 2
    options = (1, 1), padding, (1, 1), 1
    x[1, 7, 13, 10] = extreme
    untouched = np.ones((2, 64, 28, 28), bool)
    untouched[1, :, 13 - reach : 14 + reach, 10 - reach : 11 + reach] = False
    with np.errstate(all="ignore"):
        for name, found in (
            ("conv2d", winograd.conv2d(x, w, None, padding)),
            ("conv2d_grad_x", winograd.conv2d_grad_x(x, w, x.shape, padding)),
        ):
            expected = exact(name, x, w, *((None,) if name == "conv2d" else (x.shape,)), *options)
            assert np.abs(found - expected)[untouched].max() < 4e-4  # typical results are 24 (40 with 5×5)
            np.testing.assert_array_equal(np.isfinite(found), np.isfinite(expected))


@pytest.mark.parametrize("share", [0.02, 0.1, 0.2])
def test_images_that_are_mostly_zero_with_a_few_huge_pixels(share: float) -> None:
    """Where the window is zero, the error is that of a usual tile (here: of pixels around 1) at most."""
    rng = np.random.default_rng(0)
    x = numbers(0, (4, 40, 25, 26), np.float32) * (rng.random((4, 1, 25, 26)) < 0.3)
    x *= np.where(rng.random((4, 1, 25, 26)) < share / 9, np.float32(1e6), np.float32(1))
    w, options = numbers(1, (50, 40, 3, 3), np.float32), ((1, 1), (1, 1), (1, 1), 1)
    usual = np.sqrt(36 * 40.0) * np.sqrt((w.astype(np.float64) ** 2).sum((1, 2, 3)))[:, None, None]
    sizes = np.maximum(own_sizes(x, w, (1, 1)), usual)
    assert_law(winograd.conv2d(x, w, None, (1, 1)), exact("conv2d", x, w, None, *options), sizes)


def test_a_single_pixel_in_darkness_lights_its_own_results_only() -> None:
    """What does not see it is exactly the bias."""
    x, w, b = (
        np.zeros((2, 32, 20, 20), np.float32),
        numbers(1, (32, 32, 3, 3), np.float32),
        numbers(2, (32,), np.float32),
    )
    x[0, :, 9, 6] = 1e6
    y = winograd.conv2d(x, w, b, (1, 1))
    seen = np.zeros((2, 32, 20, 20), bool)
    seen[0, :, 8:11, 5:8] = True
    np.testing.assert_array_equal(y[~seen], np.broadcast_to(b[:, None, None], y.shape)[~seen])


@pytest.mark.parametrize("numbers_that_are_many", [0, 2**62])
def test_recorded_calls_judge_the_numbers_of_their_replay(
    numbers_that_are_many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which tiles are odd is found out at each run."""
    monkeypatch.setattr(winograd, "_MANY_NUMBERS", numbers_that_are_many)
    x, w = numbers(0, (2, 20, 9, 10), np.float32), numbers(1, (30, 20, 3, 3), np.float32)
    x[0, 3, 0, 0] = x[1, 5, 4, 4] = 1e6
    agree_when_replayed(lambda a, b: winograd.conv2d(a, b, None, (1, 1)), x, w)
    agree_when_replayed(lambda a, b: winograd.conv2d_grad_x(b, a, (2, 30, 9, 10), (1, 1)), w.transpose(1, 0, 2, 3), x)
    agree_when_replayed(lambda a, b: winograd.conv2d_grad_w(b, a, (25, 20, 3, 3), (1, 1)), x, x[:, :1].repeat(25, 1))

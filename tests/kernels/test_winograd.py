"""Winograd's convolution against the definition in float64, at a tolerance that its rounding errors are known to keep.

Relative to the plain sum in float32 the errors are about five times as large. In the norm over all results they stay
below 2·10⁻⁶, and no single result is off by more than 10⁻⁴ of the typical size of the results.
"""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernels.families import numbers, seeds
from zerokara import kernels
from zerokara.arrays import Array
from zerokara.kernels import compiled, reference
from zerokara.kernels.compiled import threads, winograd, winograd_transforms
from zerokara.kernels.convolution import convolution_way

RELATIVE, WORST = 2e-6, 1e-4


@st.composite
def convolutions(draw: st.DrawFn) -> dict[str, Any]:
    """A convolution of 3×3 or 5×5 with any number of channels, filters, images, and any size."""
    n, c, f = draw(st.integers(1, 3)), draw(st.integers(1, 40)), draw(st.integers(1, 70))
    taps = draw(st.sampled_from([3, 5]))
    padding = draw(st.tuples(st.integers(0, taps - 1), st.integers(0, taps - 1)))
    size = tuple(draw(st.integers(max(1, taps - 2 * p), 15)) for p in padding)
    layout = draw(st.sampled_from(["rows", "channels last"]))
    return {"x": (n, c, *size), "w": (f, c, taps, taps), "padding": padding, "layout": layout, "seed": draw(seeds)}


def arrays(case: dict[str, Any]) -> tuple[Array, Array, Array, Array]:
    """x, w, b and a slope g of y."""
    x = numbers(case["seed"], case["x"], np.float32, case["layout"])
    w = numbers(case["seed"] + 1, case["w"], np.float32)
    b = numbers(case["seed"] + 2, case["w"][:1], np.float32)
    (n, _, height, width), (p, q), taps = case["x"], case["padding"], w.shape[2]
    size = height + 2 * p - taps + 1, width + 2 * q - taps + 1
    g = numbers(case["seed"] + 3, (n, len(w), *size), np.float32, case["layout"])
    return x, w, b, g


def exact(name: str, *args: Any) -> Array:
    """The reference's result in float64."""
    wide = [a.astype(np.float64) if isinstance(a, np.ndarray) else a for a in args]
    result: Array = getattr(reference, name)(*wide)
    return result


def assert_near(actual: Array, expected: Array, terms: int) -> None:
    """Equal up to the errors that are allowed; `terms` is the number of products in a sum."""
    assert actual.shape == expected.shape
    assert actual.dtype == np.float32
    typical = max(np.sqrt(np.mean(expected**2)), np.sqrt(terms) / 10)  # few results may all be small by chance
    error = actual - expected
    assert np.sqrt(np.mean(error**2)) <= RELATIVE * typical
    assert np.abs(error).max() <= WORST * typical


@pytest.mark.parametrize("numbers_that_are_many", [0, 2**62])
@given(case=convolutions(), with_bias=st.booleans())
@settings(max_examples=60)
def test_all_three_passes_are_those_of_the_definition(
    numbers_that_are_many: int, case: dict[str, Any], with_bias: bool
) -> None:
    """Whether the work is cut by tiles or, as for large filters and few tiles, by filters."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(winograd, "_MANY_NUMBERS", numbers_that_are_many)
        _compare_with_the_definition(case, with_bias)


def _compare_with_the_definition(case: dict[str, Any], with_bias: bool) -> None:
    x, w, b, g = arrays(case)
    bias = b if with_bias else None
    options = (1, 1), case["padding"], (1, 1), 1
    area = w.shape[2] * w.shape[3]
    y = winograd.conv2d(x, w, bias, case["padding"])
    assert_near(y, exact("conv2d", x, w, bias, *options), area * x.shape[1])
    dx = winograd.conv2d_grad_x(g, w, x.shape, case["padding"])
    assert_near(dx, exact("conv2d_grad_x", g, w, x.shape, *options), area * len(w))
    dw = winograd.conv2d_grad_w(g, x, w.shape, case["padding"])
    assert_near(dw, exact("conv2d_grad_w", g, x, w.shape, *options), g.size // len(w))


@given(convolutions())
@settings(max_examples=40)
def test_relu_and_mask_are_those_of_the_plain_kernels(case: dict[str, Any]) -> None:
    """max(y, 0) and "0 where the mask is not positive" may be left to the convolution: the same bits come out."""
    x, w, b, g = arrays(case)
    y = winograd.conv2d(x, w, b, case["padding"])
    np.testing.assert_array_equal(winograd.conv2d(x, w, b, case["padding"], relu=True), reference.relu(y))
    mask = reference.relu(x)
    dx = winograd.conv2d_grad_x(g, w, x.shape, case["padding"])
    fused = winograd.conv2d_grad_x(g, w, x.shape, case["padding"], mask)
    np.testing.assert_array_equal(fused, reference.relu_grad(dx, mask))


@pytest.fixture(params=[1, 2, 3])
def thread_count(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Work shared by that many threads."""
    monkeypatch.setattr(threads, "_THREADS", request.param)
    return int(request.param)


@pytest.mark.parametrize("taps", [3, 5])
def test_results_do_not_vary_from_run_to_run(thread_count: int, taps: int) -> None:
    """Every thread always works on the same tiles, and sums are added in the same order."""
    case = {"x": (5, 33, 14, 11), "w": (50, 33, taps, taps), "padding": (1, 1), "layout": "channels last", "seed": 4}
    x, w, b, g = arrays(case)
    for _ in range(3):
        first, second = (
            (
                winograd.conv2d(x, w, b, (1, 1)),
                winograd.conv2d_grad_x(g, w, x.shape, (1, 1)),
                winograd.conv2d_grad_w(g, x, w.shape, (1, 1)),
            )
            for _ in range(2)
        )
        for one, other in zip(first, second, strict=True):
            np.testing.assert_array_equal(one, other)


def test_a_nan_in_an_image_stays_in_its_image_and_is_not_lost_by_the_relu() -> None:
    x, w = numbers(1, (3, 20, 9, 9), np.float32), numbers(2, (20, 20, 3, 3), np.float32)
    x[1, 5, 4, 4] = np.nan
    y = winograd.conv2d(x, w, None, (1, 1), relu=True)
    assert np.isnan(y[1, :, 3:6, 3:6]).all()
    assert np.isfinite(y[[0, 2]]).all()


@pytest.mark.parametrize("taps", [3, 5])
def test_the_one_dimensional_formulas_are_a_convolution_and_its_transposes(taps: int) -> None:
    """Aᵀ((Gw) ⊙ (Bᵀd)) slides w over d; A and Gᵀ are the transposes that the gradients need."""
    tile = 7 - taps
    d, w, y, m = (numbers(k, (size,), np.float64) for k, size in enumerate([6, taps, tile, 6]))
    way = winograd_transforms
    products = [u * v for u, v in zip(way.filter_to_points(list(w)), way.to_points(list(d)), strict=True)]
    np.testing.assert_allclose(way.from_points(products, tile), np.correlate(d, w), atol=1e-12)
    np.testing.assert_allclose(np.dot(way.at_points(list(y)), m), np.dot(y, way.from_points(list(m), tile)))
    slopes = way.filter_from_points(list(m), taps)
    np.testing.assert_allclose(np.dot(way.filter_to_points(list(w)), m), np.dot(w, slopes))


@pytest.mark.parametrize("taps", [3, 5])
def test_direct_convolution_can_be_asked_for(taps: int) -> None:
    """The plain sum is nearer to the exact result; whoever needs that switches, for good or for a block."""
    x, w = numbers(5, (2, 64, 12, 12), np.float32), numbers(6, (64, 64, taps, taps), np.float32)
    options = (1, 1), (taps // 2, taps // 2), (1, 1), 1
    expected = exact("conv2d", x, w, None, *options)
    before = convolution_way()
    with kernels.use_convolution("fast"):
        fast = compiled.conv2d(x, w, None, *options)
        with kernels.use_convolution("direct"):
            assert not winograd.suits(x.shape, w.shape, *options, x.dtype)
            direct = compiled.conv2d(x, w, None, *options)
        assert winograd.suits(x.shape, w.shape, *options, x.dtype)
    assert convolution_way() == before
    assert np.abs(direct - expected).max() < np.abs(fast - expected).max()
    with pytest.raises(ValueError, match="there is no way of convolution 'quick'"):
        kernels.use_convolution("quick")


@pytest.mark.parametrize(
    ("shape", "options", "dtype"),
    [
        ((64, 64, 3, 5), ((1, 1), (1, 1), (1, 1), 1), np.float32),
        ((64, 64, 7, 7), ((1, 1), (3, 3), (1, 1), 1), np.float32),
        ((64, 64, 5, 5), ((1, 1), (5, 2), (1, 1), 1), np.float32),
        ((64, 64, 5, 5), ((1, 1), (2, 2), (1, 1), 1), np.float64),
        ((16, 6, 5, 5), ((1, 1), (2, 2), (1, 1), 1), np.float32),
        ((64, 64, 3, 3), ((2, 1), (1, 1), (1, 1), 1), np.float32),
        ((64, 64, 3, 3), ((1, 1), (3, 0), (1, 1), 1), np.float32),
        ((64, 64, 3, 3), ((1, 1), (1, 1), (1, 2), 1), np.float32),
        ((64, 32, 3, 3), ((1, 1), (1, 1), (1, 1), 2), np.float32),
        ((64, 64, 3, 3), ((1, 1), (1, 1), (1, 1), 1), np.float64),
        ((64, 3, 3, 3), ((1, 1), (1, 1), (1, 1), 1), np.float32),
    ],
)
def test_what_it_cannot_do_or_does_slower_is_left_to_the_direct_convolution(
    shape: tuple[int, ...], options: tuple[Any, Any, Any, int], dtype: Any
) -> None:
    assert not winograd.suits((2, 64, 12, 12), shape, *options, np.dtype(dtype))

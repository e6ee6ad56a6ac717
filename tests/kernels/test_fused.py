"""Fused kernels give what the plain ones give one after the other, whatever the layout of their arguments."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernels.families import assert_close, dtypes, layouts, numbers, seeds
from tests.kernels.test_norm import shapes
from tests.kernels.test_pool import poolings
from zerokara.arrays import Array
from zerokara.kernels import compiled, reference
from zerokara.kernels.compiled import composed


def as_composed(name: str, *args: Any) -> Any:
    """Call a fused kernel and its composition, which agree; returns the result of the latter."""
    expected = getattr(composed, name)(*args)
    assert_close(compiled.FUSED[name](*args), expected)
    return expected


@given(shapes, dtypes, layouts, seeds, st.booleans(), st.booleans())
@settings(max_examples=100)
def test_batch_norm_in_training(
    shape: tuple[int, ...], dtype: Any, layout: str, seed: int, affine: bool, relu: bool
) -> None:
    x, g = numbers(seed, shape, dtype, layout) + dtype(3), numbers(seed + 1, shape, dtype, layout)
    weight, bias = (numbers(seed + k, shape[1:2], dtype) for k in (2, 3)) if affine else (None, None)
    y, mean, variance = compiled.FUSED["batch_norm_train"](x, weight, bias, 1e-2, relu)
    assert_close((y, mean, variance), composed.batch_norm_train(x, weight, bias, 1e-2, relu))
    as_composed("batch_norm_train_grads", g, x, y if relu else None, mean, variance, weight, 1e-2)


@given(poolings(), st.booleans(), st.booleans())
@settings(max_examples=150)
def test_pooling_with_places(case: dict[str, Any], relu: bool, judged: bool) -> None:
    x = numbers(case["seed"], case["x"], case["dtype"], case["layout"]).round(0)  # rounded: with equal maxima
    window = *case["window"], case["dilation"]
    name = "relu_max_pool2d_places" if relu else "max_pool2d_places"
    y, place = as_composed(name, x, *window, case["ceil_mode"])
    g = numbers(case["seed"] + 1, y.shape, case["dtype"], case["layout"])
    as_composed("max_pool2d_places_grad", g, place, x.shape, *window, y if judged else None)


def test_pooling_after_a_relu_needs_no_second_look_at_the_result() -> None:
    """The place 255 says that nothing was above 0, so the gradient is that of ReLU and pooling one after the other."""
    x = numbers(0, (2, 5, 7, 7), np.float32)
    window = (3, 3), (2, 2), (1, 1), (1, 1)
    _, place = compiled.FUSED["relu_max_pool2d_places"](x, *window, False)
    y, argmax = reference.max_pool2d(reference.relu(x), *window, False)
    g = numbers(1, y.shape, np.float32)
    expected = reference.relu_grad(reference.max_pool2d_grad(g, argmax, x.shape), x)
    assert_close(compiled.FUSED["max_pool2d_places_grad"](g, place, x.shape, *window, None), expected)


@pytest.mark.parametrize("channels", [1, 18])
def test_a_row_of_windows_without_a_pixel_is_written_whole(channels: int) -> None:
    """All windows of a row may lie on the padding, several of which are done at once; rubbish in memory would show."""
    x = np.ones((3, channels, 1, 9))
    window = (2, 2), (1, 1), (1, 0), (2, 1)
    expected = composed.max_pool2d_places(x, *window, True)
    for _ in range(20):
        rubbish = [np.full(expected[0].shape, np.nan) for _ in range(8)]
        del rubbish
        assert_close(compiled.FUSED["max_pool2d_places"](x, *window, True), expected)


def test_places_of_not_a_number() -> None:
    """A NaN is the largest, here too, and stays visible behind a ReLU; no gradient passes it there."""
    x = np.zeros((1, 1, 2, 2), np.float32)
    x[0, 0, 1, 0] = np.nan
    for name, expected in (("max_pool2d_places", 2), ("relu_max_pool2d_places", 255)):
        y, place = compiled.FUSED[name](x, (2, 2), (2, 2), (0, 0), (1, 1), False)
        assert np.isnan(y).all()
        assert place.tolist() == [[[[expected]]]]


@given(st.lists(st.integers(0, 7), min_size=1, max_size=4).map(tuple), dtypes, layouts, layouts, seeds)
def test_sum_and_relu(shape: tuple[int, ...], dtype: Any, layout: str, other: str, seed: int) -> None:
    as_composed("add_relu", numbers(seed, shape, dtype, layout), numbers(seed + 1, shape, dtype, other))


@given(st.integers(1, 9), st.integers(1, 70), dtypes, st.sampled_from([np.int64, np.int32, np.uint8, np.int16]), seeds)
def test_mean_of_the_cross_entropy(n: int, k: int, dtype: Any, kind: Any, seed: int) -> None:
    labels = np.random.default_rng(seed).integers(0, k, n).astype(kind)
    as_composed("cross_entropy_mean", 10 * numbers(seed, (n, k), dtype), labels)


@pytest.mark.parametrize("operator", ["add", "subtract", "multiply", "divide"])
@given(
    st.sampled_from(
        [
            ((2, 3, 4, 5), (2, 3, 4, 5)),
            ((2, 3, 4, 5), (3, 1, 1)),
            ((2, 3, 4, 5), (5,)),
            ((2, 3, 4, 5), (4, 1)),
            ((6, 1), (1, 7)),
            ((40, 19), (19,)),
            ((40, 19), (1, 1)),
            ((), (3,)),
            ((0, 3), (3,)),
        ]
    ),
    dtypes,
    layouts,
    layouts,
    st.booleans(),
    seeds,
)
def test_arithmetic_is_numpys(
    operator: str, shapes: Any, dtype: Any, layout: str, other: str, swapped: bool, seed: int
) -> None:
    a, b = numbers(seed, shapes[0], dtype, layout if shapes[0] else "rows"), numbers(seed + 1, shapes[1], dtype, other)
    for x, y in ((b, a) if swapped else (a, b), (a, 3.0), (0.5, b)):
        expected = getattr(np, operator)(x, y)
        found = compiled.FUSED[operator](x, y)
        assert found.shape == expected.shape
        np.testing.assert_allclose(found, expected, rtol=1e-6)


@given(st.sampled_from([(2, 3, 4, 5), (7,), (5, 3)]), dtypes, layouts, layouts, seeds)
def test_copying_and_filling(shape: tuple[int, ...], dtype: Any, layout: str, other: str, seed: int) -> None:
    source, target = numbers(seed, shape, dtype, layout), numbers(seed + 1, shape, dtype, other).copy(order="K")
    compiled.FUSED["copy_to"](target, source)
    np.testing.assert_array_equal(target, source)
    compiled.FUSED["copy_to"](target[..., ::-1], source[..., :1])
    np.testing.assert_array_equal(target, np.broadcast_to(source[..., :1], shape))
    compiled.FUSED["fill"](target[..., ::2], 3)
    assert (target[..., ::2] == 3).all()
    np.testing.assert_array_equal(compiled.FUSED["scale"](target, 2), 2 * target)


@pytest.mark.parametrize("shape", [(4000, 16), (40, 24, 20, 20), (100, 3, 11, 11), (3000, 300)])
def test_statistics_of_far_away_numbers(shape: tuple[int, ...]) -> None:
    """Mean 1000 and spread 1: the squares alone would have lost half of their digits. Also where the mean drifts."""
    x = numbers(0, shape, np.float32) + np.float32(1000)
    for drift in (0, 50):
        moved = x + np.linspace(0, drift, len(x), dtype=np.float32).reshape(-1, *[1] * (len(shape) - 1))
        exact: Array = moved.astype(np.float64)
        axes = (0, *range(2, len(shape)))
        mean, variance = compiled.batch_statistics(moved)
        np.testing.assert_allclose(mean, exact.mean(axes), rtol=1e-7)
        np.testing.assert_allclose(variance, exact.var(axes), rtol=1e-5)


def test_the_exponential_is_right_to_two_units_in_the_last_place() -> None:
    import numba

    from zerokara.kernels.compiled.exponential import exp

    @numba.njit
    def all_of(x, y):  # type: ignore[no-untyped-def]
        for k in range(x.size):
            y[k] = exp(x[k])

    x = np.concatenate([np.linspace(-86.9, 88, 200_001), [-np.inf, np.inf, np.nan, -100, 0]]).astype(np.float32)
    y = np.empty_like(x)
    all_of(x, y)
    expected = np.exp(x.astype(np.float64))
    assert (np.abs(y[:-5] - expected[:-5]) <= 2 * np.spacing(expected[:-5].astype(np.float32))).all()
    np.testing.assert_array_equal(y[-5:], [0, np.inf, np.nan, 0, 1])

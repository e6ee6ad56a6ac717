from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.kernels.families import agree, dtypes, layouts, numbers, seeds
from zerokara import kernels
from zerokara.kernels import compiled, reference


@st.composite
def poolings(draw: st.DrawFn) -> dict[str, Any]:
    """A pooling that is possible, with the common 2×2 one among them."""
    shape = draw(st.integers(0, 3)), draw(st.integers(1, 19)), draw(st.integers(1, 9)), draw(st.integers(1, 9))
    pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))
    kernel, stride, dilation = draw(
        st.one_of(st.just(((2, 2), (2, 2), (1, 1))), st.tuples(pairs, pairs, st.sampled_from([(1, 1), (2, 1), (1, 3)])))
    )
    padding = draw(st.integers(0, 1)), draw(st.integers(0, 1))
    ceil_mode = draw(st.booleans())
    for d in {(1, 1), dilation}:
        try:
            for k in (0, 1):
                kernels.pool_output_size(shape[2 + k], kernel[k], stride[k], padding[k], d[k], ceil_mode)
        except ValueError:
            assume(False)
    return {
        "x": shape,
        "window": (kernel, stride, padding),
        "dilation": dilation,
        "ceil_mode": ceil_mode,
        "dtype": draw(dtypes),
        "layout": draw(layouts),
        "seed": draw(seeds),
    }


@given(poolings())
@settings(max_examples=100)
def test_the_families_agree_on_max_pooling(case: dict[str, Any]) -> None:
    x = numbers(case["seed"], case["x"], case["dtype"], case["layout"]).round(0)  # rounded: with equal maxima
    y, argmax = agree("max_pool2d", x, *case["window"], case["dilation"], case["ceil_mode"])
    g = numbers(case["seed"] + 1, y.shape, case["dtype"], case["layout"])
    agree("max_pool2d_grad", g, argmax, x.shape)


@given(poolings(), st.booleans())
@settings(max_examples=100)
def test_the_families_agree_on_average_pooling(case: dict[str, Any], count_include_pad: bool) -> None:
    x = numbers(case["seed"], case["x"], case["dtype"], case["layout"])
    options = *case["window"], case["ceil_mode"], count_include_pad
    y = agree("avg_pool2d", x, *options)
    agree("avg_pool2d_grad", numbers(case["seed"] + 1, y.shape, case["dtype"], case["layout"]), x.shape, *options)


@pytest.mark.parametrize("family", [reference, compiled])
@given(poolings(), st.booleans())
@settings(max_examples=60)
def test_agrees_with_pytorch(family: Any, case: dict[str, Any], count_include_pad: bool) -> None:
    """Ceil mode, padding and the index of the maximum are PyTorch's conventions."""
    torch = pytest.importorskip("torch")
    x = numbers(case["seed"], case["x"], case["dtype"])
    ours, argmax = family.max_pool2d(x, *case["window"], case["dilation"], case["ceil_mode"])
    peer = torch.nn.functional.max_pool2d(torch.tensor(x), *case["window"], case["dilation"], case["ceil_mode"], True)
    np.testing.assert_array_equal(ours, peer[0].numpy())
    seen = argmax >= 0
    np.testing.assert_array_equal(argmax[seen], peer[1].numpy()[seen])
    options = *case["window"], case["ceil_mode"], count_include_pad
    mean = torch.nn.functional.avg_pool2d(torch.tensor(x), *options).numpy()
    np.testing.assert_allclose(family.avg_pool2d(x, *options), mean, atol=1e-6)


@pytest.mark.parametrize("family", [reference, compiled])
@pytest.mark.parametrize("window", [((2, 2), (2, 2), (0, 0), (1, 1)), ((3, 3), (2, 2), (1, 1), (1, 1))])
def test_of_equal_pixels_the_first_wins_and_a_nan_beats_every_number(family: Any, window: Any) -> None:
    x = np.zeros((1, 2, 4, 4), np.float32)
    x[0, 1, 1, 1] = np.nan
    x[0, 1, 0, 0] = np.inf
    y, argmax = family.max_pool2d(x, *window, False)
    assert argmax[0, 0, 0, 0] == 0
    assert np.isnan(y[0, 1, 0, 0])
    assert argmax[0, 1, 0, 0] == 5


@pytest.mark.parametrize("family", [reference, compiled])
def test_a_plane_of_minus_infinity_has_a_maximum_inside_the_image(family: Any) -> None:
    """Padding is no pixel: an index into it would be no place that a gradient could go to."""
    x = np.full((1, 1, 2, 2), -np.inf, np.float32)
    _, argmax = family.max_pool2d(x, (2, 2), (2, 2), (1, 1), (1, 1), False)
    np.testing.assert_array_equal(argmax, [[[[0, 1], [2, 3]]]])


def test_output_sizes_with_and_without_ceil_mode() -> None:
    assert kernels.pool_output_size(5, 2, 2, 0, 1, False) == 2
    assert kernels.pool_output_size(5, 2, 2, 0, 1, True) == 3
    assert kernels.pool_output_size(4, 1, 3, 0, 1, True) == 2
    assert kernels.pool_output_size(3, 2, 2, 1, 1, True) == 2  # a third window would start in the padding


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ((3, 2, 2, 2, 1), "half"),
        ((2, 3, 1, 0, 1), "does not fit"),
        ((0, 1, 1, 0, 1), "does not fit"),
        ((4, 2, 0, 0, 1), "stride"),
    ],
)
def test_windows_that_cannot_be_are_refused_in_words(sizes: tuple[int, int, int, int, int], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        kernels.pool_output_size(*sizes, False)


@pytest.mark.parametrize("layer", ["pooling", "convolution"])
def test_sizes_that_are_arrays_are_refused_in_one_line(layer: str) -> None:
    """Where a size is an array, its numbers do not fill the message."""
    size = kernels.pool_output_size if layer == "pooling" else kernels.conv_output_size
    options = (False,) if layer == "pooling" else ()
    with pytest.raises(ValueError, match=r"≥ 1|at least 1") as refused:
        size(8, 2, 0, np.zeros((3, 4)), 1, *options)  # type: ignore[arg-type]
    assert "padding an array float64 (3, 4)" in str(refused.value)
    assert "\n" not in str(refused.value)

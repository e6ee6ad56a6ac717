import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.kernels.families import agree, dtypes, layouts, numbers, seeds
from zerokara import kernels
from zerokara.kernels import compiled, reference

pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))


@st.composite
def convolutions(draw: st.DrawFn) -> dict[str, Any]:
    """A convolution that is possible: shapes, options, dtype and layout."""
    groups = draw(st.sampled_from([1, 1, 1, 2, 3]))
    n, c, f = draw(st.integers(0, 4)), draw(st.integers(1, 9)), draw(st.integers(1, 37))
    size = draw(st.integers(1, 11)), draw(st.integers(1, 11))
    kernel = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    padding = draw(st.integers(0, 5)), draw(st.integers(0, 5))
    stride, dilation = draw(pairs), draw(pairs)
    for k in (0, 1):
        assume(dilation[k] * (kernel[k] - 1) + 1 <= size[k] + 2 * padding[k])
    return {
        "x": (n, c * groups, *size),
        "w": (f * groups, c, *kernel),
        "options": (stride, padding, dilation, groups),
        "dtype": draw(dtypes),
        "layout": draw(layouts),
        "seed": draw(seeds),
    }


@given(convolutions(), st.booleans())
@settings(max_examples=150)
def test_the_families_agree_on_every_convolution_and_its_gradients(case: dict[str, Any], with_bias: bool) -> None:
    x = numbers(case["seed"], case["x"], case["dtype"], case["layout"])
    w = numbers(case["seed"] + 1, case["w"], case["dtype"])
    b = numbers(case["seed"] + 2, case["w"][:1], case["dtype"]) if with_bias else None
    y = agree("conv2d", x, w, b, *case["options"])
    g = numbers(case["seed"] + 3, y.shape, case["dtype"], case["layout"])
    agree("conv2d_grad_x", g, w, x.shape, *case["options"])
    agree("conv2d_grad_w", g, x, w.shape, *case["options"])
    agree("channel_sum", g)


@given(convolutions())
@settings(max_examples=50)
def test_col2im_is_the_adjoint_of_im2col(case: dict[str, Any]) -> None:
    """⟨im2col x, y⟩ = ⟨x, col2im y⟩: so the one is right as a gradient if the other is right as a value."""
    stride, padding, dilation, _ = case["options"]
    window = case["w"][2:], stride, padding, dilation
    x = numbers(case["seed"], case["x"], np.float64)
    col = kernels.im2col(x, *window)
    y = numbers(case["seed"] + 1, col.shape, np.float64)
    np.testing.assert_allclose(np.vdot(col, y), np.vdot(x, kernels.col2im(y, x.shape, *window)), atol=1e-10)


@pytest.mark.parametrize("family", [reference, compiled])
def test_convolution_is_the_sum_that_the_docstring_says(family: Any) -> None:
    """y[n,f,i,j] = b[f] + Σ_cpq x[n, c, i·s + p·d − padding, j·s + q·d − padding] · w[f,c,p,q], by explicit loops."""
    x, w, b = (numbers(k, s, np.float64) for k, s in enumerate([(2, 4, 5, 6), (6, 2, 3, 2), (6,)]))
    stride, padding, dilation, groups = (2, 1), (1, 2), (1, 2), 2
    y = family.conv2d(x, w, b, stride, padding, dilation, groups)
    expected = np.zeros_like(y)
    for n, f, i, j in np.ndindex(y.shape):
        expected[n, f, i, j] = b[f]
        for c, p, q in np.ndindex(w.shape[1:]):
            row = i * stride[0] + p * dilation[0] - padding[0]
            column = j * stride[1] + q * dilation[1] - padding[1]
            if 0 <= row < x.shape[2] and 0 <= column < x.shape[3]:
                expected[n, f, i, j] += x[n, f // 3 * 2 + c, row, column] * w[f, c, p, q]
    np.testing.assert_allclose(y, expected, atol=1e-12)


@pytest.mark.parametrize("family", [reference, compiled])
@pytest.mark.parametrize("kernel", [1, 3, 5, 7])
def test_the_gradients_are_the_adjoints_of_the_convolution(family: Any, kernel: int) -> None:
    """y is linear in x and in w, so ⟨y, g⟩ = ⟨x, grad_x⟩ = ⟨w, grad_w⟩ for every g."""
    x, w = numbers(0, (3, 5, 9, 8), np.float64), numbers(1, (4, 5, kernel, kernel), np.float64)
    options = (2, 1), (3, 3), (1, 1), 1
    y = family.conv2d(x, w, None, *options)
    g = numbers(2, y.shape, np.float64)
    product = np.vdot(y, g)
    np.testing.assert_allclose(np.vdot(x, family.conv2d_grad_x(g, w, x.shape, *options)), product)
    np.testing.assert_allclose(np.vdot(w, family.conv2d_grad_w(g, x, w.shape, *options)), product)


@pytest.mark.parametrize(
    "shape", [(3, 1, 28, 28, 30, 5), (9, 16, 28, 28, 16, 3), (5, 64, 8, 8, 64, 3), (1, 3, 33, 31, 48, 7)]
)
def test_the_families_agree_on_the_layers_of_real_networks(shape: tuple[int, ...]) -> None:
    """Large enough to need several blocks of images and more than one thread."""
    n, c, h, w, f, k = shape
    options = (1, 1), (k // 2, k // 2), (1, 1), 1
    x, filters = numbers(0, (n, c, h, w), np.float32, "channels last"), numbers(1, (f, c, k, k), np.float32)
    y = agree("conv2d", x, filters, None, *options)
    g = numbers(2, y.shape, np.float32)
    agree("conv2d_grad_x", g, filters, x.shape, *options)
    agree("conv2d_grad_w", g, x, filters.shape, *options)


def test_agrees_with_pytorch() -> None:
    torch = pytest.importorskip("torch")
    x, w, b = (numbers(k, s, np.float32) for k, s in enumerate([(2, 6, 9, 8), (4, 3, 3, 2), (4,)]))
    options = (2, 1), (1, 2), (1, 2), 2
    inputs = [torch.tensor(a, requires_grad=True) for a in (x, w, b)]
    expected = torch.nn.functional.conv2d(*inputs, *options)
    y = compiled.conv2d(x, w, b, *options)
    g = numbers(3, y.shape, np.float32)
    expected.backward(torch.tensor(g))
    np.testing.assert_allclose(y, expected.detach().numpy(), atol=1e-5)
    ours = compiled.conv2d_grad_x(g, w, x.shape, *options), compiled.conv2d_grad_w(g, x, w.shape, *options)
    for own, peer in zip((*ours, compiled.channel_sum(g)), inputs, strict=True):
        np.testing.assert_allclose(own, peer.grad.numpy(), atol=1e-5)


def test_a_compiled_result_keeps_the_channels_innermost() -> None:
    """So that the next layer can read it without reordering, and NumPy's elementwise operations keep it so."""
    x, w = numbers(0, (2, 3, 6, 6), np.float32), numbers(1, (4, 3, 3, 3), np.float32)
    y = compiled.conv2d(x, w, None, (1, 1), (1, 1), (1, 1), 1)
    assert (y * 2 + 1).transpose(0, 2, 3, 1).flags.c_contiguous


def test_not_a_number_stays_where_it_is() -> None:
    """A NaN in one image reaches exactly the places whose windows contain it."""
    x, w = numbers(0, (2, 3, 8, 8), np.float32), numbers(1, (4, 3, 3, 3), np.float32)
    x[1, 2, 4, 4] = np.nan
    y = compiled.conv2d(x, w, None, (1, 1), (1, 1), (1, 1), 1)
    expected = np.zeros(y.shape, bool)
    expected[1, :, 3:6, 3:6] = True
    np.testing.assert_array_equal(np.isnan(y), expected)


def test_the_same_call_gives_the_same_bits() -> None:
    """Whichever thread was faster: the parts of a sum are fixed."""
    x, g = numbers(0, (50, 8, 14, 14), np.float32), numbers(1, (50, 20, 14, 14), np.float32)
    options = (1, 1), (1, 1), (1, 1), 1
    first = compiled.conv2d_grad_w(g, x, (20, 8, 3, 3), *options)
    assert all(np.array_equal(first, compiled.conv2d_grad_w(g, x, (20, 8, 3, 3), *options)) for _ in range(5))


def test_output_sizes() -> None:
    assert kernels.conv_output_size(6, 2, 1, 1, 1) == 7
    for size, kernel, stride, padding, dilation in itertools.product((5, 8), (1, 3), (1, 2, 3), (0, 1), (1, 2)):
        places = [i for i in range(0, size + 2 * padding, stride) if i + dilation * (kernel - 1) < size + 2 * padding]
        assert kernels.conv_output_size(size, kernel, stride, padding, dilation) == len(places)


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ((2, 5, 1, 0, 1), "kernel of 5 does not fit into 2"),
        ((4, 3, 1, 0, 3), "spans 7"),
        ((4, 3, 0, 0, 1), "stride"),
        ((4, 0, 1, 0, 1), "at least 1"),
        ((4, 3, 1, -1, 1), "padding"),
    ],
)
def test_sizes_that_cannot_be_are_refused_in_words(sizes: tuple[int, int, int, int, int], words: str) -> None:
    with pytest.raises(ValueError, match=rf"Conv2d output size.*{words}"):
        kernels.conv_output_size(*sizes)


@pytest.mark.parametrize("family", [reference, compiled])
def test_images_and_filters_that_do_not_fit_are_refused_in_words(family: Any) -> None:
    x, w = numbers(0, (2, 3, 6, 6), np.float32), numbers(1, (4, 2, 3, 3), np.float32)
    with pytest.raises(ValueError, match="3 channels"):
        family.conv2d(x, w, None, (1, 1), (0, 0), (1, 1), 1)
    with pytest.raises(ValueError, match="does not fit"):
        family.conv2d(x[:, :2, :2, :2], w, None, (1, 1), (0, 0), (1, 1), 1)


@pytest.mark.parametrize(
    ("x_shape", "w_shape", "options"),
    [
        ((1, 3, 120, 130), (20, 3, 7, 7), ((2, 2), (3, 3), (1, 1), 1)),  # bands of one image
        ((2, 24, 70, 66), (40, 24, 3, 3), ((2, 3), (1, 0), (1, 1), 1)),  # bands, and phases of the way back
        ((2, 130, 40, 5), (8, 130, 3, 2), ((3, 1), (2, 1), (2, 1), 1)),
        ((2, 512, 5, 5), (30, 512, 2, 2), ((1, 2), (0, 0), (1, 1), 1)),  # pixels at distances that share cache lines
        ((3, 40, 15, 13), (40, 1, 3, 3), ((2, 2), (1, 1), (1, 1), 40)),  # a filter for each channel
        ((2, 32, 60, 60), (32, 1, 5, 3), ((1, 1), (2, 1), (1, 2), 32)),
        ((2, 12, 9, 9), (24, 1, 3, 3), ((1, 1), (1, 1), (1, 1), 12)),  # two filters for each channel
        ((2, 50, 9, 9), (70, 50, 1, 1), ((1, 1), (0, 0), (1, 1), 1)),  # a matrix product
        ((2, 50, 9, 9), (70, 50, 1, 1), ((3, 2), (0, 0), (1, 1), 1)),  # pixels that no filter looks at
        ((1, 1, 40, 40), (8, 1, 11, 11), ((4, 4), (2, 2), (1, 1), 1)),
    ],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_families_agree_however_the_work_is_cut(x_shape: Any, w_shape: Any, options: Any, dtype: Any) -> None:
    x, w, b = (numbers(k, s, dtype) for k, s in enumerate([x_shape, w_shape, w_shape[:1]]))
    g = numbers(3, agree("conv2d", x, w, b, *options).shape, dtype, "channels last")
    agree("conv2d_grad_x", g, w, x.shape, *options)
    agree("conv2d_grad_w", g, x, w.shape, *options)

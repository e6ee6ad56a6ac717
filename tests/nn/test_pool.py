import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerokara import nn
from zerokara.autodiff import Tensor

pairs = st.one_of(st.integers(2, 3), st.tuples(st.integers(2, 3), st.integers(2, 3)))
strides = st.one_of(st.none(), st.integers(1, 3))
IMAGES = np.random.default_rng(0).standard_normal((2, 3, 6, 7))


@given(kernel=pairs, stride=strides, padding=st.integers(0, 1), dilation=st.integers(1, 2), ceil=st.booleans())
def test_max_pooling_agrees_with_pytorch(same_as_torch, kernel, stride, padding, dilation, ceil):
    import torch

    theirs = torch.nn.MaxPool2d(kernel, stride, padding, dilation, ceil_mode=ceil)
    same_as_torch(nn.MaxPool2d(kernel, stride, padding, dilation, ceil_mode=ceil), theirs, IMAGES)


@given(kernel=pairs, stride=strides, padding=st.integers(0, 1), ceil=st.booleans(), count=st.booleans())
def test_average_pooling_agrees_with_pytorch(same_as_torch, kernel, stride, padding, ceil, count):
    import torch

    sizes = (kernel, stride, padding, ceil, count)
    same_as_torch(nn.AvgPool2d(*sizes), torch.nn.AvgPool2d(*sizes), IMAGES)


@given(size=st.one_of(st.integers(1, 9), st.tuples(st.integers(1, 9), st.integers(1, 9))))
def test_adaptive_average_pooling_agrees_with_pytorch(same_as_torch, size):
    import torch

    same_as_torch(nn.AdaptiveAvgPool2d(size), torch.nn.AdaptiveAvgPool2d(size), IMAGES)


@pytest.mark.parametrize("size", [(1, 1), (3, 7), (6, 7), (2, 3), (4, 9), (13, 1)])
def test_adaptive_average_pooling_by_its_definition(size):
    """Windows that divide the picture, that overlap, and that repeat its pixels."""
    y = nn.AdaptiveAvgPool2d(size)(Tensor(IMAGES)).data
    assert y.shape == (2, 3, *size)
    for i, j in np.ndindex(*size):
        top, bottom = i * 6 // size[0], -(-(i + 1) * 6 // size[0])
        left, right = j * 7 // size[1], -(-(j + 1) * 7 // size[1])
        np.testing.assert_allclose(y[:, :, i, j], IMAGES[:, :, top:bottom, left:right].mean((2, 3)), rtol=1e-12)


def test_global_average_pooling_is_the_mean_of_the_pixels():
    np.testing.assert_allclose(nn.GlobalAvgPool2d()(Tensor(IMAGES)).data, IMAGES.mean((2, 3)), rtol=1e-12)


def test_the_window_moves_by_its_own_size_unless_told_otherwise():
    """And a last row that fills no window is dropped: 5 rows, window 2 → 2 rows."""
    assert nn.MaxPool2d(2)(Tensor(np.zeros((1, 1, 5, 6), np.float32))).shape == (1, 1, 2, 3)


@pytest.mark.parametrize("make", [nn.MaxPool2d, nn.AvgPool2d])
def test_padding_beyond_half_the_window_is_refused(make):
    """A window that sees nothing but padding has no pixel to choose."""
    with pytest.raises(ValueError, match=rf"{make.__name__} expects padding of at most half of kernel_size=\(2, 2\)"):
        make(2, padding=2)


@pytest.mark.parametrize("layer", [nn.MaxPool2d(2), nn.AvgPool2d(2), nn.GlobalAvgPool2d(), nn.AdaptiveAvgPool2d()])
def test_what_is_no_batch_of_images_is_refused(layer):
    with pytest.raises(ValueError, match=rf"{type(layer).__name__} expects \(N, C, H, W\) images; got \(3, 28\)"):
        layer(Tensor(np.zeros((3, 28), np.float32)))


def test_adaptive_pooling_to_no_pixel_is_refused():
    with pytest.raises(ValueError, match="AdaptiveAvgPool2d expects output_size of at least 1; got 0"):
        nn.AdaptiveAvgPool2d(0)
    with pytest.raises(ValueError, match="expects pixels"):
        nn.AdaptiveAvgPool2d(2)(Tensor(np.zeros((1, 3, 0, 4), np.float32)))

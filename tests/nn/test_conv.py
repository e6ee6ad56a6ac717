import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerokara import nn
from zerokara.autodiff import Tensor

pairs = st.one_of(st.integers(1, 3), st.tuples(st.integers(1, 3), st.integers(1, 3)))


@given(
    groups=st.integers(1, 2),
    channels=st.integers(1, 2),
    filters=st.integers(1, 2),
    kernel=pairs,
    stride=pairs,
    padding=st.integers(0, 2),
    dilation=st.integers(1, 2),
    bias=st.booleans(),
)
def test_conv_agrees_with_pytorch(same_as_torch, groups, channels, filters, kernel, stride, padding, dilation, bias):
    import torch

    sizes = (channels * groups, filters * groups, kernel, stride, padding, dilation, groups, bias)
    x = np.random.default_rng(0).standard_normal((2, channels * groups, 6, 7))
    same_as_torch(nn.Conv2d(*sizes), torch.nn.Conv2d(*sizes), x)


def test_conv_agrees_with_scipy():
    signal = pytest.importorskip("scipy.signal")
    x = np.random.default_rng(0).standard_normal((2, 3, 6, 7))
    layer = nn.Conv2d(3, 4, (2, 3), dtype=np.float64)
    w, b = layer.weight.data, layer.bias.data
    expected = [
        [sum(signal.correlate2d(x[n, c], w[f, c], "valid") for c in range(3)) + b[f] for f in range(4)]
        for n in range(2)
    ]
    np.testing.assert_allclose(layer(Tensor(x)).data, expected, rtol=1e-10)


def test_the_size_of_the_output():
    """6×6, kernel 2, stride 1, padding 1 → 7×7: a question that courses ask."""
    assert nn.Conv2d(1, 1, 2, padding=1)(Tensor(np.zeros((1, 1, 6, 6), np.float32))).shape == (1, 1, 7, 7)


def test_wrong_channels_are_refused_in_words():
    complaint = (
        "Conv2d expects (N, 3, H, W) images; got (100, 1, 28, 28): this layer has in_channels=3; "
        "make it with in_channels=1, or give it 3 channels"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(complaint)}$"):
        nn.Conv2d(3, 8, 3)(Tensor(np.zeros((100, 1, 28, 28), np.float32)))


def test_what_is_no_batch_of_images_is_refused():
    with pytest.raises(ValueError, match=r"Conv2d expects \(N, 1, H, W\) images; got \(28, 28\)"):
        nn.Conv2d(1, 8, 3)(Tensor(np.zeros((28, 28), np.float32)))


def test_images_smaller_than_the_filter_are_refused():
    with pytest.raises(ValueError, match=r"Conv2d output size"):
        nn.Conv2d(1, 8, 5)(Tensor(np.zeros((1, 1, 4, 4), np.float32)))


def test_groups_must_divide_the_channels():
    with pytest.raises(ValueError, match="channels that groups=2 divides; got in_channels=4, out_channels=5"):
        nn.Conv2d(4, 5, 3, groups=2)


@pytest.mark.parametrize(
    ("setting", "bad"),
    [("kernel_size", 0), ("stride", 0), ("padding", -1), ("dilation", 0), ("groups", 0), ("kernel_size", (3, 3, 3))],
)
def test_impossible_settings_are_named(setting, bad):
    with pytest.raises(ValueError, match=rf"Conv2d expects .*{setting}"):
        nn.Conv2d(**{"in_channels": 1, "out_channels": 1, "kernel_size": 3, setting: bad})


def test_repr_leaves_out_what_is_usual():
    assert repr(nn.Conv2d(1, 8, 3)) == "Conv2d(1, 8, kernel_size=(3, 3))"
    assert "stride=(2, 2), groups=2, bias=False" in repr(nn.Conv2d(2, 8, 3, 2, groups=2, bias=False))

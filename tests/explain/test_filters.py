import numpy as np
import pytest

from tests.explain.conftest import averaging_net, images, restless_net
from zerokara import explain, nn
from zerokara.explain.filters import before_and_after, change, convolutions, filters


def test_the_first_convolution_is_shown_unless_another_is_named() -> None:
    net = averaging_net()
    assert filters(net).layer == "conv1"
    assert list(convolutions(net)) == ["conv1", "conv2"]
    np.testing.assert_array_equal(filters(net, "conv2").weight, net.conv2.weight.data)


def test_filters_are_kept_from_before_a_training() -> None:
    net = averaging_net()
    before = filters(net)
    net.conv1.weight.data[0] += 1
    assert change(before, filters(net))[0] > 0
    np.testing.assert_array_equal(change(before, filters(net))[1:], 0)


def test_filters_over_three_channels_are_coloured_pictures_and_others_are_grey_by_channel() -> None:
    assert filters(restless_net()).pictures().shape == (4, 3, 3, 3)
    assert filters(averaging_net(), "conv2").pictures().shape == (8, 6, 3, 3)


def test_a_weight_of_zero_is_middle_grey_and_the_largest_is_white_or_black() -> None:
    net = nn.Sequential(conv=nn.Conv2d(1, 2, 2))
    net.conv.weight.data[...] = np.array([[[[0, 4], [-4, 2]]], [[[0, 1], [0, 0]]]])
    np.testing.assert_allclose(filters(net).pictures()[:, 0], [[[0.5, 1], [0, 0.75]], [[0.5, 1], [0.5, 0.5]]])


def test_before_and_after_are_shown_on_one_scale() -> None:
    """Else a filter that grew to ten times its size would look the same."""
    net = averaging_net()
    before = filters(net)
    net.conv1.weight.data *= 10
    small, large = before_and_after(before, filters(net))
    np.testing.assert_allclose(large - 0.5, 10 * (small - 0.5), atol=1e-6)
    assert large.max() == 1 or large.min() == 0


def test_an_empty_filter_is_grey_and_has_gone_infinitely_far_once_it_moves() -> None:
    net = nn.Sequential(conv=nn.Conv2d(1, 1, 2))
    net.conv.weight.data[...] = 0
    before = filters(net)
    np.testing.assert_array_equal(before.pictures(), 0.5)
    assert change(before, before)[0] == 0
    net.conv.weight.data[...] = 1
    assert np.isinf(change(before, filters(net))[0])


def test_errors_speak() -> None:
    with pytest.raises(ValueError, match="no convolution 'conv3': did you mean"):
        filters(averaging_net(), "conv3")
    with pytest.raises(ValueError, match="no convolution, whose filters"):
        filters(nn.Sequential(fc=nn.Linear(2, 2)))
    with pytest.raises(ValueError, match="compared with themselves"):
        before_and_after(filters(averaging_net()), filters(averaging_net(), "conv2"))


def test_looking_changes_nothing() -> None:
    net = restless_net()
    filters(net).weight[...] = 7
    assert not np.any(net.conv.weight.data == 7)
    explain.saliency(net, images((1, 3, 8, 8)))


def test_transposed_convolutions_have_no_filters_to_show() -> None:
    """Their weight is (C, F, P, Q): shown as (F, C, P, Q) it would be another's."""
    model = nn.Sequential(back=nn.ConvTranspose2d(3, 2, 3), conv=nn.Conv2d(2, 4, 3))
    assert list(convolutions(model)) == ["conv"]

import numpy as np
import pytest

from tests.explain.conftest import averaging_net, images, restless_net
from zerokara import nn
from zerokara.explain.maps import feature_map, feature_maps


def test_every_layer_is_shown_in_the_order_of_computing() -> None:
    net = averaging_net()
    found = feature_maps(net, images((2, 1, 6, 7)))
    assert [(m.layer, m.kind, m.shape) for m in found] == [
        ("conv1", "Conv2d", (6, 6, 7)),
        ("act1", "ReLU", (6, 6, 7)),
        ("conv2", "Conv2d", (8, 6, 7)),
        ("act2", "ReLU", (8, 6, 7)),
        ("pool", "GlobalAvgPool2d", (8,)),
        ("fc", "Linear", (10,)),
    ]
    np.testing.assert_array_equal(found[1].value, np.maximum(found[0].value, 0))


def test_zeros_and_dead_units_are_counted() -> None:
    net = averaging_net()
    net.conv1.bias.data[2] = -1000
    found = {m.layer: m for m in feature_maps(net, images((3, 1, 6, 6)))}
    relu = found["act1"]
    assert 2 in relu.dead
    assert relu.zeros == pytest.approx(float(np.mean(relu.value == 0)))
    assert len(found["conv1"].dead) == 0


def test_a_unit_that_answers_to_one_image_of_many_is_not_dead() -> None:
    net = nn.Sequential(act=nn.ReLU(), pool=nn.GlobalAvgPool2d(), fc=nn.Linear(1, 2))
    x = np.stack([-np.ones((1, 3, 3)), np.ones((1, 3, 3))]).astype(np.float32)
    assert list(feature_maps(net, x[:1])[0].dead) == [0]
    assert list(feature_maps(net, x)[0].dead) == []


def test_pictures_go_from_the_least_to_the_greatest_value_and_flat_maps_are_black() -> None:
    net = averaging_net()
    net.conv1.bias.data[2] = -1000
    shown = feature_maps(net, images((1, 1, 6, 6)))[1].pictures()
    assert shown.shape == (6, 6, 6)
    assert (shown[2].min(), shown[2].max()) == (0, 0)
    assert (shown[0].min(), shown[0].max()) == (0, 1)


def test_one_layer_for_many_images_is_the_same_as_all_layers_at_once() -> None:
    net, x = restless_net(), images((3, 3, 8, 8))
    all_at_once = {m.layer: m.value for m in feature_maps(net, x)}
    for name, value in all_at_once.items():
        np.testing.assert_allclose(feature_map(net, x, name).value, value, atol=1e-6)


def test_modes_are_left_as_they_were_and_dropout_does_not_drop() -> None:
    net, x = restless_net(), images((2, 3, 8, 8))
    first = feature_maps(net, x)
    assert net.norm.training
    assert not net.drop.training
    for a, b in zip(first, feature_maps(net, x), strict=True):
        np.testing.assert_array_equal(a.value, b.value)


def test_errors_speak() -> None:
    net, x = averaging_net(), images((1, 1, 6, 6))
    with pytest.raises(ValueError, match="no layer 'conv3': did you mean"):
        feature_map(net, x, "conv3")
    with pytest.raises(ValueError, match="no maps of more than one pixel"):
        feature_maps(net, x)[-1].pictures()

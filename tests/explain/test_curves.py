"""Deletion and insertion: what they are at the ends, what a good map does, what is refused."""

import numpy as np
import pytest

from tests.explain.conftest import averaging_net, images
from zerokara import explain, nn
from zerokara import functional as F
from zerokara.arrays import Array, generator
from zerokara.autodiff import Tensor
from zerokara.nn import Module


def test_curves_begin_and_end_where_they_must() -> None:
    net, x = averaging_net().astype("float64"), images((2, 1, 8, 8), dtype="float64")
    heat = explain.saliency(net, x, [1, 2])
    whole = F.softmax(net(Tensor(x))).data[[0, 1], [1, 2]]
    nothing = F.softmax(net(Tensor(np.full_like(x, 0.3)))).data[[0, 1], [1, 2]]
    deleted, inserted = explain.deletion(net, x, heat, fill=0.3), explain.insertion(net, x, heat, steps=7)
    assert deleted.values.shape == (2, 21)
    np.testing.assert_allclose(deleted.values[:, 0], whole)
    np.testing.assert_allclose(deleted.values[:, -1], nothing)
    np.testing.assert_allclose(inserted.values[:, -1], whole)
    assert (deleted.kind, inserted.kind) == ("deletion", "insertion")
    assert deleted.target.tolist() == inserted.target.tolist() == [1, 2]
    np.testing.assert_allclose(inserted.shares, np.linspace(0, 1, 8), atol=1 / 64)


def test_the_hottest_pixels_go_first() -> None:
    """With one weight a pixel and fill 0, each step takes away the terms of the pixels that were taken."""
    net = nn.Sequential(nn.Flatten(), nn.Linear(6, 1, bias=False)).astype("float64")
    net[1].weight.data[:] = [[1, 2, 3, 4, 5, 6]]
    x = np.full((1, 1, 2, 3), 0.1)
    curve = explain.deletion(net, x, np.array([[[3, 1, 6], [2, 5, 4]]]), steps=6, fill=0)
    left = np.array([2.1, 1.8, 1.3, 0.7, 0.6, 0.2, 0.0])
    np.testing.assert_allclose(curve.values[0], 1 / (1 + np.exp(-left)))


def test_the_area_of_a_flat_curve_is_its_height() -> None:
    net, x = averaging_net(classes=4), images((3, 1, 8, 8))
    net.fc.weight.data[:], net.fc.bias.data[:] = 0, 0
    np.testing.assert_allclose(explain.deletion(net, x, np.zeros((3, 8, 8)), 1).area, 0.25, rtol=1e-6)


@pytest.mark.parametrize("name", explain.METHODS)
def test_taking_the_hottest_pixels_hurts_more_than_taking_any(
    name: str, trained: Module, digits: tuple[Array, Array]
) -> None:
    x, labels = digits[0][:60], digits[1][:60]
    heat = explain.METHODS[name](trained, x, labels)
    lot = generator(0, "any").random(heat.map.shape)
    assert explain.deletion(trained, x, heat).area.mean() < explain.deletion(trained, x, lot, labels).area.mean()


@pytest.mark.parametrize("name", ["integrated-gradients", "occlusion", "grad-cam++"])
def test_showing_the_hottest_pixels_helps_more_than_showing_any(
    name: str, trained: Module, digits: tuple[Array, Array]
) -> None:
    x, labels = digits[0][:60], digits[1][:60]
    heat = explain.METHODS[name](trained, x, labels)
    lot = generator(0, "any").random(heat.map.shape)
    assert explain.insertion(trained, x, heat).area.mean() > explain.insertion(trained, x, lot, labels).area.mean()


def test_what_does_not_fit_is_refused() -> None:
    net, x = averaging_net(), images((2, 1, 8, 8))
    with pytest.raises(ValueError, match=r"in the size of each image, \(2, 8, 8\); got \(8, 8\)"):
        explain.deletion(net, x, np.zeros((8, 8)))
    with pytest.raises(ValueError, match="1 to 64 steps; got 65"):
        explain.deletion(net, x, np.zeros((2, 8, 8)), steps=65)
    with pytest.raises(ValueError, match="σ > 0"):
        explain.insertion(net, x, np.zeros((2, 8, 8)), blurred=0)

"""Grad-CAM: against the classic class activation map, finite differences, and the formula of the paper."""

import numpy as np
import pytest

from tests.explain.conftest import averaging_net, images, restless_net
from zerokara import explain, nn
from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.explain.pixels import enlarge
from zerokara.nn import Module


def maps_at(net: Module, x: Array, layer: str) -> Array:
    with explain.evaluation(net):
        return next(o for o in explain.watch(net, Tensor(x))[1] if o.name == layer).value.data


@pytest.mark.parametrize("target", [0, 4, 9])
def test_grad_cam_of_a_linear_head_on_averaged_maps_is_the_classic_cam(target: int) -> None:
    net, x = averaging_net().astype("float64"), images((2, 1, 9, 7), dtype="float64")
    classic = np.einsum("k,nkij->nij", net.fc.weight.data[target], maps_at(net, x, "act2"))
    e = explain.grad_cam(net, x, target)
    assert e.layer == "act2"
    assert e.coarse is not None
    np.testing.assert_allclose(e.coarse * 9 * 7, np.maximum(classic, 0), atol=1e-12)


def test_the_weight_of_a_map_is_what_a_change_of_the_whole_map_does_to_the_score() -> None:
    net, x = restless_net().astype("float64").eval(), images((1, 3, 8, 8), dtype="float64")
    maps = maps_at(net, x, "act")
    head = nn.Sequential(*list(net)[3:]).eval()
    step = 1e-6
    weights = np.zeros(4)
    for k in range(4):
        up, down = maps.copy(), maps.copy()
        up[0, k] += step
        down[0, k] -= step
        weights[k] = (head(Tensor(up)).data[0, 1] - head(Tensor(down)).data[0, 1]) / (2 * step * 36)
    e = explain.grad_cam(net, x, 1)
    assert e.layer == "act"
    assert e.coarse is not None
    np.testing.assert_allclose(e.coarse[0], np.maximum(np.einsum("k,kij->ij", weights, maps[0]), 0), atol=1e-7)


def test_grad_cam_plus_plus_is_the_formula_of_its_paper() -> None:
    net, x = averaging_net().astype("float64"), images((1, 1, 6, 6), dtype="float64")
    maps = maps_at(net, x, "act2")[0]
    expected = np.zeros((6, 6))
    for k, a in enumerate(maps):
        g = net.fc.weight.data[2, k] / 36
        alpha = g**2 / (2 * g**2 + a.sum() * g**3)
        expected += 36 * alpha * max(g, 0) * a
    e = explain.grad_cam_plus_plus(net, x, 2)
    assert e.coarse is not None
    np.testing.assert_allclose(e.coarse[0], expected, atol=1e-12)


@pytest.mark.parametrize("layer", ["conv1", "act1", "conv2"])
def test_any_layer_can_be_asked_for(layer: str) -> None:
    e = explain.grad_cam(averaging_net(), images((2, 1, 8, 8)), 3, layer=layer)
    assert e.layer == layer


def test_the_map_is_enlarged_to_the_image() -> None:
    net, x = restless_net(), images((2, 3, 8, 8))
    e = explain.grad_cam(net, x, layer="pool")
    assert e.coarse is not None
    assert e.coarse.shape == (2, 3, 3)
    np.testing.assert_array_equal(e.map, enlarge(e.coarse, 8, 8))


@pytest.mark.parametrize("method", [explain.grad_cam, explain.grad_cam_plus_plus])
def test_layers_that_cannot_be_looked_at_are_refused(method: object) -> None:
    assert callable(method)
    net, x = restless_net(), images((1, 3, 8, 8))
    with pytest.raises(ValueError, match="there is no layer 'cnov': did you mean conv"):
        method(net, x, layer="cnov")
    with pytest.raises(ValueError, match=r"there is no layer 'zzz': known are conv, norm, act, drop, pool"):
        method(net, x, layer="zzz")
    with pytest.raises(ValueError, match=r"'fc' gives \(1, 5\), no maps .* conv, norm, act, drop, pool"):
        method(net, x, layer="fc")
    net.unused = nn.Conv2d(1, 1, 1)
    with pytest.raises(ValueError, match="'aside' does not run in evaluation mode"):
        method(Aside(net), x, layer="aside")
    with pytest.raises(ValueError, match="no layer of this model gives maps"):
        method(nn.Sequential(nn.Flatten(), nn.Linear(192, 4)), x)


class Aside(nn.Module):
    """A network with a layer that is never called."""

    def __init__(self, net: Module) -> None:
        self.net, self.aside = net, nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = x
        for name in ("conv", "norm", "act", "drop", "pool", "flatten", "fc"):
            y = getattr(self.net, name)(y)
        return y

"""Gradients in the pixels: against finite differences, and completeness."""

import numpy as np
import pytest

from tests.explain.conftest import averaging_net, images, restless_net
from zerokara import explain, nn
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, no_grad, numerical_gradient
from zerokara.nn import Module


def score(net: Module, x: Array, target: int) -> float:
    with no_grad():
        return float(net(Tensor(x)).data[0, target])


def test_saliency_is_the_largest_slope_over_the_channels() -> None:
    net, x = restless_net().astype("float64").eval(), images((1, 3, 8, 8), dtype="float64")
    slope = numerical_gradient(lambda z: score(net, z, 2), x)
    np.testing.assert_allclose(explain.saliency(net, x, 2).map, np.abs(slope).max(axis=1), atol=1e-6)


def test_smooth_grad_without_noise_is_saliency() -> None:
    net, x = averaging_net(), images((2, 1, 8, 8))
    np.testing.assert_allclose(
        explain.smooth_grad(net, x, noise=0.0, samples=3).map, explain.saliency(net, x).map, rtol=1e-5
    )


def test_smooth_grad_draws_by_its_seed() -> None:
    net, x = averaging_net(), images((1, 1, 8, 8))
    first, again, other = (explain.smooth_grad(net, x, seed=s).map for s in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, other)


@pytest.mark.parametrize("baseline", [0.0, 0.3, None, np.full((3, 1, 1), -0.2), images((2, 3, 8, 8), seed=9)])
def test_integrated_gradients_sum_to_the_difference_of_the_scores(baseline: object) -> None:
    net, x = restless_net().astype("float64"), images((2, 3, 8, 8), dtype="float64")
    e = explain.integrated_gradients(net, x, [1, 3], steps=100, baseline=baseline)
    assert e.signed
    assert e.baseline_score is not None
    gap = np.abs(e.map.sum(axis=(1, 2)) - (e.score - e.baseline_score))
    assert np.all(gap < 0.01 * np.abs(e.map).sum(axis=(1, 2)))  # each kink of a ReLU costs a little


def test_integrated_gradients_of_a_smooth_network_need_few_steps() -> None:
    net, x = averaging_net().astype("float64"), images((2, 1, 8, 8), dtype="float64")
    net.act1, net.act2 = nn.Tanh(), nn.Softplus()
    e = explain.integrated_gradients(net, x)
    assert e.baseline_score is not None
    np.testing.assert_allclose(e.map.sum(axis=(1, 2)), e.score - e.baseline_score, rtol=1e-6)


def test_integrated_gradients_of_a_linear_network_are_its_terms() -> None:
    net, x = nn.Sequential(nn.Flatten(), nn.Linear(2 * 9, 4)), images((2, 2, 3, 3))
    terms = (net[1].weight.data[3] * x.reshape(2, -1)).reshape(x.shape).sum(axis=1)
    np.testing.assert_allclose(explain.integrated_gradients(net, x, 3, steps=1).map, terms, rtol=1e-5, atol=1e-6)


def test_too_few_steps_are_noted() -> None:
    """Half way, tanh(4) is nearly reached: one gradient there knows little of the way up."""
    net = nn.Sequential(nn.Flatten(), nn.Linear(4, 2), nn.Tanh())
    net[1].weight.data[:], net[1].bias.data[:] = 1, 0
    e = explain.integrated_gradients(net, np.ones((1, 1, 2, 2), "f"), 0, steps=1)
    assert e.note == "the sum of the map misses the difference of the scores, 0.999, by 0.72: take more steps"
    assert "ステップ数" in e.notes[0][0].japanese


def test_settings_out_of_range_are_refused() -> None:
    net, x = averaging_net(), images((1, 1, 8, 8))
    with pytest.raises(ValueError, match="samples of at least 1; got 0"):
        explain.smooth_grad(net, x, samples=0)
    with pytest.raises(ValueError, match="noise ≥ 0"):
        explain.smooth_grad(net, x, noise=-1.0)
    with pytest.raises(ValueError, match="steps of at least 1"):
        explain.integrated_gradients(net, x, steps=0)
    with pytest.raises(ValueError, match=r"\(4, 4\), which does not fit images \(1, 1, 8, 8\)"):
        explain.integrated_gradients(net, x, baseline=np.zeros((4, 4)))


def test_gradients_need_a_record() -> None:
    with no_grad(), pytest.raises(ValueError, match="inside no_grad"):
        explain.saliency(averaging_net(), images((1, 1, 8, 8)))

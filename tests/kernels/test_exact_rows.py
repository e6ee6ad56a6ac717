"""Single inputs whose right values are known by hand, or from PyTorch, for both families."""

from typing import Any

import numpy as np
import pytest

from zerokara import capture, nn
from zerokara import functional as F
from zerokara.autodiff import Tensor, gradients
from zerokara.kernels import compiled, reference, use_kernels

families = pytest.mark.parametrize("family", [reference, compiled])
names = pytest.mark.parametrize("family", ["reference", "compiled"])
dtypes = pytest.mark.parametrize("dtype", [np.float32, np.float64])


@families
@dtypes
@pytest.mark.parametrize(
    ("scores", "label", "loss"),
    [
        ([1e8, 1e8], 0, 0.6931471805599453),
        ([1e4, 1e4 + 1], 0, 1.3132616875182228),
        ([-1e8, -1e8, -1e8], 2, 1.0986122886681098),
        ([1e8, 1e8 - 16], 1, 16.000000112535174),
        ([0.0, -np.inf], 0, 0.0),
        ([0.0, -np.inf], 1, np.inf),
        ([np.inf, 0.0], 0, np.nan),
        ([-np.inf, -np.inf], 0, np.nan),
    ],
)
def test_cross_entropy_depends_on_differences_only(
    family: Any, dtype: Any, scores: list[float], label: int, loss: float
) -> None:
    z, labels = np.array([scores] * 3, dtype), np.full(3, label)
    with np.errstate(all="ignore"):
        losses, p = family.cross_entropy(z, labels)
        np.testing.assert_allclose(losses, loss, rtol=2e-7)
        if family is compiled:
            mean, slopes = compiled.FUSED["cross_entropy_mean"](z, labels)
            np.testing.assert_allclose(mean, loss, rtol=2e-7)
            p64 = np.exp(z - z.max(1, keepdims=True).astype(np.float64))
            p64 /= p64.sum(1, keepdims=True)
            np.testing.assert_allclose(slopes, (p64 - np.eye(len(scores))[labels]) / 3, atol=1e-7)
    assert np.isnan(p).all() == np.isnan(loss)


@names
def test_a_recorded_step_has_the_same_loss(family: str) -> None:
    """Mean and gradient, written out and recorded."""
    z, labels = np.array([[1e8, 1e8], [1e4, 1e4 + 1]], np.float32), np.array([0, 0])

    def step(scores: Tensor) -> tuple[Tensor, Tensor]:
        scores = Tensor(scores.data, requires_grad=True)
        loss = F.cross_entropy(scores, labels)
        return loss, gradients(loss, at=[scores])[0]

    expected = np.array([[-0.25, 0.25], [(0.2689414 - 1) / 2, 0.7310586 / 2]])
    with use_kernels(family):
        for call in (step, capture(step)):
            for _ in range(3):
                loss, slopes = call(Tensor(z))
                np.testing.assert_allclose(loss.data, (0.6931471806 + 1.3132616875) / 2, rtol=2e-7)
                np.testing.assert_allclose(slopes.data, expected, rtol=1e-6)


@families
@dtypes
@pytest.mark.parametrize("momentum", [1.0, 0.5, 0.1])
def test_running_statistics_are_a_weighted_sum(family: Any, dtype: Any, momentum: float) -> None:
    """(1 − m)·running + m·new: a new value of 10⁻⁶ beside a running one of 1 keeps its digits."""
    running = np.array([1.0, 0.0, 3e4], dtype)
    new = np.array([1.2345678e-6, 5e-9, 1e-3], dtype)
    expected = (1 - momentum) * running.astype(np.float64) + momentum * new.astype(np.float64)
    family.update_running(running, new, momentum, 1.0)
    np.testing.assert_allclose(running, expected, rtol=np.finfo(dtype).eps)


@names
@pytest.mark.parametrize("momentum", [None, 1.0])
@pytest.mark.parametrize("shape", [(64, 3), (16, 3, 4, 5)])
def test_the_first_batch_is_the_running_variance(family: str, momentum: float | None, shape: tuple[int, ...]) -> None:
    """Of numbers with a spread of 10⁻³, as PyTorch has it."""
    torch = pytest.importorskip("torch")
    x = (1e-3 * np.random.default_rng(0).normal(size=shape)).astype(np.float32)
    own = (nn.BatchNorm1d if len(shape) == 2 else nn.BatchNorm2d)(3, momentum=momentum)
    peer = (torch.nn.BatchNorm1d if len(shape) == 2 else torch.nn.BatchNorm2d)(3, momentum=momentum)
    with use_kernels(family):
        own(Tensor(x))
    peer(torch.tensor(x))
    exact = x.astype(np.float64).var((0, *range(2, x.ndim)), ddof=1)
    np.testing.assert_allclose(own.running_var, exact, rtol=3e-7)
    np.testing.assert_allclose(own.running_var, peer.running_var.numpy(), rtol=2e-6)
    np.testing.assert_allclose(own.running_mean, peer.running_mean.numpy(), atol=1e-10)


@families
@dtypes
@pytest.mark.parametrize("value", [0.1, -3e7, 1e-30, 123456.7])
@pytest.mark.parametrize("shape", [(7, 3), (1000, 3), (50, 17, 9, 11), (3, 40, 2, 2)])
def test_equal_numbers_have_that_mean_and_no_spread(
    family: Any, dtype: Any, value: float, shape: tuple[int, ...]
) -> None:
    x = np.full(shape, value, dtype)
    mean, variance = family.batch_statistics(x)
    np.testing.assert_array_equal(mean, np.full(shape[1], value, dtype))
    np.testing.assert_array_equal(variance, 0)
    y = family.batch_norm(x, mean, variance, None, None, 1e-5)
    np.testing.assert_array_equal(y, 0)
    np.testing.assert_array_equal(family.layer_norm(x, None, None, len(shape) - 1, 1e-5), 0)
    np.testing.assert_array_equal(family.group_norm(x, None, None, shape[1], 1e-5), 0)


@families
@pytest.mark.parametrize("offset", [1e3, 1e6, 1e8])
@pytest.mark.parametrize("shape", [(400, 3), (60, 5, 8, 8)])
def test_an_offset_costs_the_variance_no_digits(family: Any, offset: float, shape: tuple[int, ...]) -> None:
    """Against float64: PyTorch is off by up to 10⁻⁵ here."""
    x = (offset + 20 * np.random.default_rng(1).normal(size=shape)).astype(np.float32)
    mean, variance = family.batch_statistics(x)
    wide, axes = x.astype(np.float64), (0, *range(2, x.ndim))
    np.testing.assert_allclose(mean, wide.mean(axes), rtol=6e-8)
    np.testing.assert_allclose(variance, wide.var(axes), rtol=1e-6)


@families
@dtypes
def test_layer_norm_over_one_number_has_no_gradient(family: Any, dtype: Any) -> None:
    """y is the bias whatever x is: exactly 0, since optimizers that divide by its size make full steps of any other."""
    rng = np.random.default_rng(0)
    x, g = rng.normal(size=(500, 1)).astype(dtype), rng.normal(size=(500, 1)).astype(dtype)
    weight, bias = rng.normal(size=1).astype(dtype), rng.normal(size=1).astype(dtype)
    for factor in (None, weight):
        dx, dweight, _ = family.layer_norm_grads(g, x, factor, 1, 1e-5)
        np.testing.assert_array_equal(dx, 0)
        np.testing.assert_array_equal(dweight, 0)
    np.testing.assert_array_equal(family.layer_norm(x, weight, bias, 1, 1e-5), np.broadcast_to(bias, x.shape))


@families
@pytest.mark.parametrize("spread", [10, 100, 1000])
def test_layer_norm_far_from_zero_is_as_exact_as_near_it(family: Any, spread: float) -> None:
    """Rows of 64 numbers around 10⁸: the result for the numbers that float32 has there, to its last digits."""
    rng = np.random.default_rng(0)
    x = (1e8 + spread * rng.normal(size=(4, 64))).astype(np.float32)
    g = rng.normal(size=x.shape).astype(np.float32)
    exact = reference.layer_norm(x.astype(np.float64), None, None, 1, 1e-5)
    assert np.abs(family.layer_norm(x, None, None, 1, 1e-5) - exact).max() < 1e-6
    slopes = reference.layer_norm_grads(g.astype(np.float64), x.astype(np.float64), None, 1, 1e-5)[0]
    found = family.layer_norm_grads(g, x, None, 1, 1e-5)[0]
    assert np.abs(found - slopes).max() < 1e-6 * np.abs(slopes).max()


@families
@pytest.mark.parametrize("spread", [10, 100, 1000])
def test_group_norm_far_from_zero_is_as_exact_as_near_it(family: Any, spread: float) -> None:
    """As layer norm: groups of 128 numbers around 10⁸."""
    rng = np.random.default_rng(0)
    x = (1e8 + spread * rng.normal(size=(4, 6, 8, 8))).astype(np.float32)
    g = rng.normal(size=x.shape).astype(np.float32)
    exact = reference.group_norm(x.astype(np.float64), None, None, 3, 1e-5)
    assert np.abs(family.group_norm(x, None, None, 3, 1e-5) - exact).max() < 2e-6
    wide = reference.group_norm_grads(g.astype(np.float64), x.astype(np.float64), None, 3, 1e-5)
    for found, slopes in zip(family.group_norm_grads(g, x, None, 3, 1e-5), wide, strict=True):
        assert np.abs(found - slopes).max() < 2e-6 * np.abs(slopes).max()


@families
def test_the_gradient_of_batch_norm_with_large_equal_slopes(family: Any) -> None:
    """g − mean g comes before the scale: equal slopes give no gradient at all, whatever their size."""
    x = np.random.default_rng(0).normal(size=(200, 3)).astype(np.float32)
    mean, variance = family.batch_statistics(x)
    dx = family.batch_norm_grads(np.full_like(x, 2.0**14), x, mean, variance, None, 1e-5)[0]
    assert np.abs(dx).max() < 1e-2

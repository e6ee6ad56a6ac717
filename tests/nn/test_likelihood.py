"""Normal distributions by mean and log variance: exact far out and near 0, as PyTorch, and reproducible in any way."""

import math
from decimal import Decimal, getcontext
from typing import Any

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

import zerokara as zk
from tests.rules.ways import each_way
from zerokara import functional as F
from zerokara import nn

RNG = np.random.default_rng(8)
MEAN, V, T = (RNG.standard_normal((4, 3)) for _ in range(3))
BOTH = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def exact_kl(v: float) -> float:
    """½·(eᵛ − 1 − v) in fifty digits."""
    getcontext().prec = 50
    return float((Decimal(v).exp() - 1 - Decimal(v)) / 2)


@BOTH
@pytest.mark.parametrize("v", [-50.0, -3.0, -1.0, -0.99, -1e-2, -1e-4, 0.0, 1e-6, 1e-3, 0.5, 1.0, 1.01, 7.0, 50.0])
def test_the_divergence_is_exact_for_any_variance(v: float, dtype: Any) -> None:
    """From σ, as ln σ², a variance of e⁻⁵⁰ would be −∞ in float16; eᵛ − 1 − v by subtraction would be noise near 0."""
    v = float(dtype(v))
    eps = np.finfo(dtype).eps
    for way, (y, g) in each_way(lambda x: F.gaussian_kl(np.zeros(1, dtype), x, reduction="none"), [v], dtype=dtype):
        np.testing.assert_allclose(y[0], exact_kl(v), rtol=60 * eps, err_msg=way)
        np.testing.assert_allclose(g[0], math.expm1(v) / 2, rtol=60 * eps, err_msg=way)


@given(st.floats(-80, 80, width=32), st.floats(-1e3, 1e3, width=32))
def test_the_divergence_is_never_below_zero(v: float, mean: float) -> None:
    assert F.gaussian_kl(np.array([mean], np.float32), np.array([v], np.float32)).item() >= 0


def test_known_divergences() -> None:
    for (mean, sigma), kl in {(0, 1): 0.0, (1, 1): 0.5, (0, 0.5): 0.3181471806}.items():
        found = F.gaussian_kl(np.array([mean * 1.0]), np.array([2 * math.log(sigma)])).item()
        assert found == pytest.approx(kl, abs=1e-9)


def test_divergence_from_any_normal_distribution() -> None:
    torch = pytest.importorskip("torch")
    given = [MEAN, V, T, RNG.standard_normal((4, 3))]
    a = [torch.tensor(x, requires_grad=True) for x in given]
    normal = [torch.distributions.Normal(a[i], (a[i + 1] / 2).exp()) for i in (0, 2)]
    theirs = torch.distributions.kl_divergence(*normal).sum(1).mean()
    theirs.backward()
    for way, (y, *slopes) in each_way(F.gaussian_kl, *given):
        np.testing.assert_allclose(y, theirs.item(), rtol=1e-12, err_msg=way)
        for g, x in zip(slopes, a, strict=True):
            np.testing.assert_allclose(g, x.grad.numpy(), rtol=1e-10, atol=1e-13, err_msg=way)


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("shape", [(4, 3), (4, 1)])
def test_gaussian_likelihood_as_pytorch(full: bool, shape: Any) -> None:
    """Below `eps` a variance counts as `eps`, but its gradient goes on."""
    torch = pytest.importorskip("torch")
    variance = RNG.random(shape)
    variance[0, 0] = 1e-8
    a, t, v = (torch.tensor(x, requires_grad=True) for x in (MEAN, T, variance))
    theirs = torch.nn.functional.gaussian_nll_loss(a, t, v, full=full)
    theirs.backward()
    layer = nn.GaussianNLLLoss(full=full)
    for way, (y, ga, gv) in each_way(lambda m, s: layer(m, T, s), MEAN, variance):
        np.testing.assert_allclose(y, theirs.item(), rtol=1e-12, err_msg=way)
        np.testing.assert_allclose(ga, a.grad.numpy(), rtol=1e-10, err_msg=way)
        np.testing.assert_allclose(gv, v.grad.numpy(), rtol=1e-10, err_msg=way)


def test_gaussian_likelihood_is_the_density() -> None:
    found = F.gaussian_nll_loss(MEAN, T, log_var=V, full=True, reduction="none")
    np.testing.assert_allclose(found.data, -scipy.stats.norm.logpdf(T, MEAN, np.exp(V / 2)), rtol=1e-12)
    assert np.isfinite(F.gaussian_nll_loss(np.ones(1, np.float32), np.zeros(1, np.float32), log_var=-50).item())


@pytest.mark.parametrize("loss", [F.mse_loss, F.l1_loss, F.binary_cross_entropy_with_logits])
def test_batchmean_sums_over_pixels_and_takes_the_mean_over_pictures(loss: Any) -> None:
    x, t = RNG.standard_normal((5, 1, 4, 3)), RNG.random((5, 1, 4, 3))
    assert loss(x, t, reduction="batchmean").item() == pytest.approx(loss(x, t, reduction="sum").item() / 5, rel=1e-14)
    assert loss(x, t, "batchmean").item() == pytest.approx(loss(x, t).item() * 12, rel=1e-14)


@BOTH
def test_a_draw_has_the_spread_that_was_asked_for(dtype: Any) -> None:
    """σ = exp(½·ln σ²). With exp(ln σ²) the spread would be .25 here instead of .5."""
    shape = (40_000,)
    z = F.reparametrize(np.full(shape, 3, dtype), np.full(shape, 2 * math.log(0.5), dtype), zk.generator(1))
    assert z.dtype == dtype
    assert abs(z.data.mean() - 3) < 4 * 0.5 / 200
    assert abs(z.data.std() - 0.5) < 4 * 0.5 / math.sqrt(80_000)


def bound(mean: zk.Tensor, v: zk.Tensor, weight: zk.Tensor) -> zk.Tensor:
    """A whole variational bound: a draw, a decoder, two parts of a loss."""
    z = F.reparametrize(mean, v, np.random.default_rng(3))
    scores = F.linear(z, weight)
    pictures = (np.arange(4 * 5).reshape(4, 5) % 3 == 0) * 1.0
    return F.binary_cross_entropy_with_logits(scores, pictures, "batchmean") + 0.7 * F.gaussian_kl(mean, v)


def test_gradient_of_the_whole_bound() -> None:
    zk.check_gradients(bound, MEAN, V, RNG.standard_normal((5, 3)))


def test_a_recorded_draw_is_new_every_time_and_the_same_as_written() -> None:
    def step(mean: zk.Tensor, v: zk.Tensor) -> list[zk.Tensor]:
        mean, v = (zk.Tensor(x.data, requires_grad=True) for x in (mean, v))
        z = F.reparametrize(mean, v)
        (slope,) = zk.gradients((z * z).sum(), [v])
        return [z * 1, zk.Tensor(slope)]

    runs = []
    with zk.use_kernels("compiled"):
        for way in (step, zk.capture(step)):
            zk.manual_seed(5)
            runs.append([[t.data.copy() for t in way(zk.Tensor(MEAN), zk.Tensor(V))] for _ in range(4)])
    for written, recorded in zip(*runs, strict=True):
        for a, b in zip(written, recorded, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-14)
    assert not np.array_equal(runs[1][0][0], runs[1][1][0])


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda: F.gaussian_kl(MEAN, V[:2]), r"a log variance for each mean, \(4, 3\); got \(2, 3\)"),
        (lambda: F.reparametrize(MEAN, V[:, :1]), r"a log variance for each mean, \(4, 3\); got \(4, 1\)"),
        (lambda: F.gaussian_kl(MEAN, V, reduction="avg"), "'mean', 'sum', 'none' or 'batchmean'; got 'avg'"),
        (lambda: F.gaussian_nll_loss(MEAN, T), "either var or log_var"),
        (lambda: F.gaussian_nll_loss(MEAN, T, V), "a variance is at least 0; got -.*use log_var="),
        (lambda: F.gaussian_nll_loss(MEAN, T, V**2, eps=0), "eps above 0; got 0"),
        (lambda: F.gaussian_nll_loss(MEAN, T, log_var=np.zeros((4, 2))), r"an axis may be 1; got \(4, 2\)"),
        (lambda: F.gaussian_nll_loss(MEAN, T[:3], V), r"shape of the scores \(4, 3\); got \(3, 3\)"),
    ],
)
def test_refused(act: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        act()

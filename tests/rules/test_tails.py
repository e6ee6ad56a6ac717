"""Far out, where the short form of a formula loses its digits: values and slopes by hand, in all ways."""

import math
from typing import Any

import numpy as np
import pytest
from scipy import special
from scipy.stats import norm
from tests.rules.ways import each_way, expect

import zerokara as zk
from zerokara import functional as F

INF = np.inf
BOTH = pytest.mark.parametrize("dtype", [np.float32, np.float64])
FAR = [
    -INF,
    -1e4,
    -700.0,
    -88.0,
    -40.0,
    -20.0,
    -8.0,
    -5.0,
    -1.0,
    -1e-3,
    0.0,
    1e-3,
    1.0,
    5.0,
    15.0,
    36.0,
    88.0,
    700.0,
    INF,
]


def bce(x: zk.Tensor, t: Any) -> zk.Tensor:
    return F.binary_cross_entropy_with_logits(x, np.full(x.shape, t, x.dtype), reduction="none")


def test_binary_cross_entropy_of_a_sure_answer() -> None:
    """ln(1 + eˣ) − x, written so, gives 4.5776e-5, 0, 0 and NaN."""
    expect(lambda x: bce(x, 1), ([10, 15, INF],), [4.53989e-5, 3.059023e-7, 0], [-4.53979e-5, -3.059022e-7, 0],
           dtype=np.float32, rtol=1e-5)  # fmt: skip
    expect(lambda x: bce(x, 1), ([36, INF],), [2.3195228302435691e-16, 0], [-2.3195228302435686e-16, 0])


@BOTH
@pytest.mark.parametrize("t", [0.0, 0.25, 0.5, 1.0])
def test_binary_cross_entropy_from_end_to_end(t: float, dtype: Any) -> None:
    """L = t·ln(1 + e⁻ˣ) + (1 − t)·ln(1 + eˣ), each summand by its exact function; the slope (1 − t)σ(x) − tσ(−x)."""
    for x in FAR:
        value = sum(w * (np.log1p(np.exp(-abs(z))) + max(z, 0)) for w, z in ((t, -x), (1 - t, x)) if w)
        slope = (1 - t) * special.expit(x) - t * special.expit(-x)
        for way, (y, g) in each_way(lambda s: bce(s, t), [x], dtype=dtype):
            sure = t in (0, 1)  # else the slope passes through 0, and only its distance from there has a meaning
            eps, tiny = np.finfo(dtype).eps, np.finfo(dtype).tiny
            tolerance = {"rtol": 16 * eps, "atol": tiny if sure else eps}
            np.testing.assert_allclose(y[0], value, **tolerance, err_msg=f"{way} {x}")
            np.testing.assert_allclose(g[0], slope, **tolerance, err_msg=f"{way} {x}")


@pytest.mark.parametrize("t", [0.0, 0.3, 1.0])
def test_binary_cross_entropy_bends_everywhere(t: float) -> None:
    """∂²L/∂x² = σ(x)σ(−x), at the seam x = 0 too, and ∂L/∂t = −x."""
    x = zk.tensor(np.array([-2.0, 0.0, 3.0]), requires_grad=True)
    target = zk.tensor(np.full(3, t), requires_grad=True)
    loss = F.binary_cross_entropy_with_logits(x, target, reduction="sum")
    slope, at_target = zk.gradients(loss, [x, target], create_graph=True)
    np.testing.assert_allclose(at_target.data, -x.data)
    np.testing.assert_allclose(zk.gradients(slope.sum(), [x])[0], special.expit(x.data) * special.expit(-x.data))


@BOTH
def test_gelu_and_its_tail(dtype: Any) -> None:
    """x·Φ(x) with Φ from the complementary function; ½(1 + erf) gives −1.4305e-6 at −5 and 0 at −8 in float32."""
    x = [-INF, -1e4, -8, -5, -1, 0, 2, INF]
    with np.errstate(invalid="ignore"):
        value = np.where(np.isinf(x), [0, *[0] * 6, INF], x * special.ndtr(np.array(x)))
        slope = special.ndtr(x) + np.where(np.isinf(x), 0, x * norm.pdf(x))
    expect(F.gelu, (x,), value, slope, dtype=dtype)
    np.testing.assert_allclose(value[[2, 3]], [-4.9767685e-15, -1.4332579e-6], rtol=1e-6)
    expect(F.gelu, ([1e20, -1e20],), [1e20, 0], [1, 0], dtype=dtype)


@BOTH
def test_the_normal_distribution(dtype: Any) -> None:
    x = [-INF, -9.0, -3.0, 0.0, 3.0, INF]
    expect(F.ndtr, (x,), special.ndtr(np.array(x)), norm.pdf(x), dtype=dtype)


def test_gelu_as_pytorch() -> None:
    """Whose ½(1 + erf) is right to the last place of 1, not of itself: that is all that can be compared."""
    torch = pytest.importorskip("torch")
    x = np.linspace(-12, 12, 241)
    t = torch.tensor(x, requires_grad=True)
    y = torch.nn.functional.gelu(t)
    y.sum().backward()
    for _, (value, slope) in each_way(F.gelu, x):
        np.testing.assert_allclose(value, y.detach().numpy(), rtol=1e-13, atol=2e-15)
        np.testing.assert_allclose(slope, t.grad.numpy(), rtol=1e-13, atol=2e-15)


CURVES = {
    "sigmoid": (F.sigmoid, special.expit),
    "tanh": (F.tanh, np.tanh),
    "erf": (F.erf, special.erf),
    "softplus": (lambda x: F.softplus(x, threshold=1e9), lambda x: np.log1p(np.exp(-np.abs(x))) + np.maximum(x, 0)),
    "log sigmoid": (lambda x: -F.softplus(-x, threshold=1e9), special.log_expit),
    "log sigmoid, as a difference": (lambda x: x - np.logaddexp(x, 0), special.log_expit),
}


@BOTH
@pytest.mark.parametrize("name", CURVES)
def test_curves_far_out(name: str, dtype: Any) -> None:
    ours, exact = CURVES[name]
    x = np.array(FAR[1:-1] if "difference" in name else FAR)
    if "difference" in name:
        x = x[x < 1]  # for large x it is the short form that loses its digits: this is what softplus is for
    rtol = 1e-5 if dtype is np.float32 else 1e-12
    for way, (y, slope) in each_way(ours, x, dtype=dtype):
        wanted = exact(x)
        small = np.abs(wanted) < np.finfo(dtype).tiny
        np.testing.assert_allclose(y[~small], wanted[~small], rtol=rtol, err_msg=way)
        assert (np.abs(y[small]) <= np.finfo(dtype).tiny).all()
        assert np.isfinite(slope).all()


@BOTH
def test_scores_of_minus_infinity(dtype: Any) -> None:
    """A score of −∞ is a class that cannot be: probability 0, no slope; all others are as without it."""
    scores = [[1.0, -INF, 2.0], [0.0, 0.0, -INF]]
    p = special.softmax(np.array(scores), axis=1)
    weights = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]).astype(dtype)
    slope = p * (weights - (weights * p).sum(1, keepdims=True))
    expect(lambda s: F.softmax(s) * weights, (scores,), p * weights, slope, dtype=dtype)
    for way, (y, g) in each_way(F.log_softmax, scores, dtype=dtype):
        assert y[0, 1] == y[1, 2] == -INF
        np.testing.assert_allclose(g, 1 - 3 * p, rtol=1e-5, atol=1e-6, err_msg=way)


@BOTH
@pytest.mark.parametrize("smoothing", [0.0])
def test_one_hot_targets_at_a_score_of_minus_infinity(smoothing: float, dtype: Any) -> None:
    """As with the label: where the target is 0, 0·ln 0 counts nothing."""
    scores, labels = [[1.0, -INF, 2.0], [-INF, 0.0, 0.5]], np.array([0, 2])
    rows = np.eye(3)[labels]
    with_labels = list(each_way(lambda s: F.cross_entropy(s, labels, smoothing, "none"), scores, dtype=dtype))
    with_rows = list(each_way(lambda s: F.cross_entropy(s, rows, smoothing, "none"), scores, dtype=dtype))
    for (way, (y, g)), (_, (z, h)) in zip(with_labels, with_rows, strict=True):
        assert np.isfinite(y).all()
        np.testing.assert_allclose(z, y, rtol=1e-6, err_msg=way)
        np.testing.assert_allclose(h, g, rtol=1e-6, atol=1e-7, err_msg=way)


def test_probabilities_as_targets() -> None:
    """Lₙ = −Σ t·ln p, ∂L/∂s = p·Σt − t; a target that is not 0 at a score of −∞ costs ∞, and says so."""
    t = np.array([[0.2, 0.0, 0.8], [0.5, 0.25, 0.5]])
    s = np.array([[1.0, -INF, 2.0], [0.1, 0.2, 0.3]])
    p = special.softmax(s, axis=1)
    value = [-(0.2 * np.log(p[0, 0]) + 0.8 * np.log(p[0, 2])), -(t[1] * np.log(p[1])).sum()]
    expect(lambda a: F.cross_entropy(a, t, reduction="none"), (s,), value, p * t.sum(1, keepdims=True) - t, rtol=1e-12)
    assert F.cross_entropy(s[:1], np.array([[0.2, 0.1, 0.7]])).item() == INF


def test_ends_of_power_and_root() -> None:
    """0⁰ is 1; √0 has an infinite slope and says so; roots of ∞ are ∞."""
    expect(lambda x: x**0.5, ([0.0, 4.0, INF],), [0, 2, INF], [INF, 0.25, 0])
    expect(lambda x: x.sqrt(), ([0.0, 4.0, INF],), [0, 2, INF], [INF, 0.25, 0])
    expect(lambda x: x**-1, ([0.0, 2.0, INF],), [INF, 0.5, 0], [-INF, -0.25, 0])
    expect(lambda x: x**1, ([0.0, -2.0],), [0, -2], [1, 1])
    expect(lambda x: x**2, ([0.0, -2.0, INF],), [0, 4, INF], [0, -4, INF])
    expect(lambda x, p: x**p, ([2.0, INF], [3.0, -1.0]), [8, 0], [12, 0], [8 * math.log(2), 0])

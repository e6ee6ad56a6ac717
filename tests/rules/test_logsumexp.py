"""ln Σ e^x: no number overflows, infinite ones are PyTorch's, and the slope is the softmax, in all ways to compute."""

from typing import Any

import numpy as np
import pytest
from scipy import special
from tests.rules.ways import each_way

import zerokara as zk
from zerokara import functional as F

INF, NAN = np.inf, np.nan
ROWS: dict[str, tuple[list[float], float, list[float]]] = {
    "far above": ([1000.0, 1000.0], 1000 + np.log(2), [0.5, 0.5]),
    "far below": ([-1000.0, -1000.0], -1000 + np.log(2), [0.5, 0.5]),
    "both": ([1000.0, -1000.0], 1000.0, [1, 0]),
    "one is not there": ([1.0, -INF], 1.0, [1, 0]),
    "none is there": ([-INF, -INF], -INF, [NAN, NAN]),
    "endless": ([INF, 1.0], INF, [NAN, 0]),
    "endless, beside a large one": ([INF, 1000.0], INF, [NAN, 0]),
    "endless in both directions": ([INF, -INF], INF, [NAN, 0]),
    "no number": ([NAN, 1.0], NAN, [NAN, NAN]),
}
"""Numbers, ln Σ e^x, and its slopes, as PyTorch gives them."""


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ROWS)
def test_far_out_and_without_end(name: str, dtype: Any) -> None:
    row, value, slopes = ROWS[name]
    for way, (y, slope) in each_way(lambda x: x.logsumexp(), row, dtype=dtype):
        np.testing.assert_allclose(y, value, rtol=1e-6, err_msg=way)
        np.testing.assert_allclose(slope, slopes, rtol=1e-6, atol=1e-12, err_msg=way)


@pytest.mark.parametrize("name", ROWS)
def test_the_table_is_pytorchs(name: str) -> None:
    torch = pytest.importorskip("torch")
    row, value, slopes = ROWS[name]
    x = torch.tensor(row, dtype=torch.float64, requires_grad=True)
    y = x.logsumexp(0)
    y.backward()
    np.testing.assert_allclose(y.item(), value)
    np.testing.assert_allclose(x.grad.numpy(), slopes, atol=1e-12)


def test_rows_beside_one_of_minus_infinity_keep_their_slopes() -> None:
    x = zk.tensor(np.array([[-INF, -INF], [0.0, 0.0]]), requires_grad=True)
    F.logsumexp(x, axis=1).sum().backward()
    np.testing.assert_array_equal(np.asarray(x.grad), [[NAN, NAN], [0.5, 0.5]])


def test_the_curvature_is_that_of_the_softmax() -> None:
    """∂²y/∂x² = diag(p) − p·pᵀ, also far from 0."""
    x = np.array([1.0, -2.0, 0.5]) + 1000
    p = special.softmax(x)
    np.testing.assert_allclose(zk.hessian(lambda t: t.logsumexp(), zk.tensor(x)), np.diag(p) - np.outer(p, p))


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 2), ()])
@pytest.mark.parametrize("keepdims", [False, True])
def test_axes(axis: Any, keepdims: bool) -> None:
    x = np.random.default_rng(0).normal(size=(2, 3, 4)) * 300
    wanted = x if axis == () else special.logsumexp(x, axis=axis, keepdims=keepdims)
    np.testing.assert_allclose(zk.tensor(x).logsumexp(axis, keepdims).data, wanted, rtol=1e-14)
    if axis is not None:
        np.testing.assert_allclose(zk.logsumexp(zk.tensor(x), dim=axis, keepdim=keepdims).data, wanted, rtol=1e-14)


def test_types() -> None:
    """Halves add up in float32, whole numbers become float32."""
    halves = zk.tensor(np.zeros(70_000, np.float16))
    assert halves.logsumexp().dtype == np.float16
    assert halves.logsumexp().item() == pytest.approx(np.log(70_000), rel=1e-3)
    assert zk.tensor([1, 2]).logsumexp().dtype == np.float32
    assert zk.tensor([1, 2]).logsumexp().item() == pytest.approx(2.3132617)


def test_of_nothing() -> None:
    """A sum of nothing is 0, and its logarithm −∞; no gradient is asked for."""
    x = zk.tensor(np.zeros((3, 0)), requires_grad=True)
    y = x.logsumexp(dim=1)
    np.testing.assert_array_equal(y.data, [-INF] * 3)
    assert zk.gradients(y.sum(), [x])[0].shape == (3, 0)
    assert zk.tensor(np.zeros((3, 0))).logsumexp(dim=0).shape == (0,)


def test_wrong_axes_are_answered_in_one_line() -> None:
    x = zk.tensor(np.zeros((2, 3)))
    with pytest.raises(TypeError, match="logsumexp takes axis= or dim=, not both"):
        x.logsumexp(axis=0, dim=1)
    with pytest.raises((ValueError, IndexError), match="axis"):
        x.logsumexp(2)

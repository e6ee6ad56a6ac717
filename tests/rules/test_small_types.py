"""Integers, bools and float16: what a reduction gives has a stated type and the right value."""

from typing import Any

import numpy as np
import pytest
from tests.cases import normal
from tests.rules.ways import each_way

import zerokara as zk
from zerokara import functional as F

INTEGERS = (np.uint8, np.int8, np.uint16, np.int16, np.int32, np.uint32, np.int64, np.uint64)
FAMILIES = pytest.mark.parametrize("family", zk.kernels.FAMILIES)


@FAMILIES
@pytest.mark.parametrize("dtype", INTEGERS)
def test_extremes_of_integers(family: str, dtype: Any) -> None:
    """−max(−x) would be wrong for unsigned integers, and for the least of the signed ones, which has no opposite."""
    limits = np.iinfo(dtype)
    x = np.array([[3, limits.min, 5], [limits.max, 0, 2]], dtype)
    with zk.kernels.use_kernels(family):
        t = zk.tensor(x)
        for axis in (None, 0, 1, -1, (0, 1)):
            for name in ("min", "max"):
                y = getattr(t, name)(axis)
                assert y.dtype == dtype
                np.testing.assert_array_equal(y.data, getattr(x, name)(axis))
        assert np.min(t).item() == F.min(t).item() == limits.min


def test_the_smallest_of_bytes_and_bools() -> None:
    assert zk.tensor(np.array([0, 5, 200], np.uint8)).min().item() == 0
    assert zk.tensor(np.array([-128, 3], np.int8)).min().item() == -128
    assert zk.tensor([True, False]).min().item() is False
    assert zk.tensor([True, True]).min().item() is True
    assert zk.tensor([True, False]).max().item() is True


def test_means_and_spreads_of_small_types() -> None:
    truths, octets = zk.tensor([True, False, True, True]), zk.tensor(np.full(300, 100, np.uint8))
    halves = zk.tensor(np.ones(70_000, np.float16))
    assert (truths.mean().item(), truths.var().item(), truths.std().item()) == (0.75, 0.1875, pytest.approx(3**0.5 / 4))
    assert (octets.mean().item(), octets.var().item(), octets.std().item()) == (100, 0, 0)
    assert (halves.mean().item(), halves.var().item(), halves.std().item()) == (1, 0, 0)
    assert {t.dtype for t in (truths.mean(), truths.std(), octets.mean(), octets.var())} == {np.dtype(np.float32)}
    assert {t.dtype for t in (halves.mean(), halves.var(), halves.std())} == {np.dtype(np.float16)}


@FAMILIES
@pytest.mark.parametrize("dtype", [*INTEGERS, np.bool_, np.float16])
@pytest.mark.parametrize("axis", [None, 0, 1, (0, 1)])
def test_statistics_are_those_of_exact_numbers(family: str, dtype: Any, axis: Any) -> None:
    x = (np.abs(normal(40, 5)) * 60).astype(dtype)
    exact = x.astype(np.float64)
    with zk.kernels.use_kernels(family):
        for name in ("mean", "var", "std"):
            y = getattr(zk.tensor(x), name)(axis)
            assert y.dtype == (np.float16 if dtype is np.float16 else np.float32)
            np.testing.assert_allclose(y.data, getattr(exact, name)(axis), rtol=1e-3 if dtype is np.float16 else 1e-6)
        total = zk.tensor(x).sum(axis)
        assert total.dtype == {np.float16: np.float16, np.uint64: np.uint64}.get(dtype, np.int64)
        np.testing.assert_allclose(total.data, exact.sum(axis), rtol=1e-3)


def test_sums_of_halves_run_in_float32() -> None:
    """In float16 a sum of ones ends at 2048, since 2049 rounds to 2048; also in the gradient of what was broadcast."""
    assert zk.tensor(np.ones((5000, 2), np.float16)).sum(0).data.tolist() == [5000, 5000]
    bias = zk.tensor(np.zeros(2, np.float16), requires_grad=True)
    (zk.tensor(np.zeros((5000, 2), np.float16)) + bias).backward(np.ones((5000, 2), np.float16))
    assert np.asarray(bias.grad).tolist() == [5000, 5000]
    assert bias.grad is not None
    assert bias.grad.dtype == np.float16


def test_gradient_of_a_mean_of_very_many_halves() -> None:
    x = zk.tensor(np.ones(70_000, np.float16), requires_grad=True)
    x.mean().backward()
    np.testing.assert_allclose(np.asarray(x.grad, np.float64), 1 / 70_000, rtol=2e-3)
    x.zero_grad()
    (x * np.linspace(0, 1, 70_000, dtype=np.float16)).var().backward()
    assert np.isfinite(np.asarray(x.grad)).all()
    assert np.asarray(x.grad).any()


@pytest.mark.parametrize("ddof", [0, 1])
@pytest.mark.parametrize("axis", [None, 0, -1, (0, 2)])
def test_spread_as_pytorch(ddof: int, axis: Any) -> None:
    torch = pytest.importorskip("torch")
    x = normal(4, 3, 5) + 100
    for name in ("var", "std"):
        t = torch.tensor(x, requires_grad=True)
        y = getattr(t, name)(dim=axis, correction=ddof)
        y.sum().backward()
        for _, (value, slope) in each_way(lambda s, name=name: getattr(s, name)(axis, ddof=ddof), x):
            np.testing.assert_allclose(value, y.detach().numpy(), rtol=1e-10)
            np.testing.assert_allclose(slope, t.grad.numpy(), rtol=1e-8, atol=1e-12)


def test_too_few_numbers_for_a_spread() -> None:
    with pytest.raises(ValueError, match="std with ddof=1 expects at least 2 numbers; got 1: use ddof=0"):
        zk.tensor([[1.0], [2.0]]).std(axis=1, ddof=1)
    assert np.isnan(zk.tensor(np.zeros((0, 2))).var(0).data).all()


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int64])
def test_max_pool_of_integers(dtype: Any) -> None:
    x = np.array([[[[-5, -3], [-7, -128]]]]).astype(dtype)
    for family in zk.kernels.FAMILIES:
        with zk.kernels.use_kernels(family):
            y = F.max_pool2d(x, 2)
            assert (y.item(), y.dtype) == (x.max(), dtype)

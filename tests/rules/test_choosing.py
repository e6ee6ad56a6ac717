"""A rule that chooses chooses in its gradient, too: what was not chosen gets 0, even from an infinite slope.

√ at 0 has the slope ∞. A mask of zeros and ones times it would be 0·∞, which is NaN.
"""

from typing import Any

import numpy as np
import pytest
from tests.rules.ways import each_way, expect

import zerokara as zk
from zerokara import functional as F

INF = np.inf
CHOICES: dict[str, tuple[Any, tuple[Any, ...], Any, tuple[Any, ...]]] = {
    "clip to a power": (lambda x: x.clip(0, None) ** 0.5, ([-1.0, 4.0],), [0, 2], ([0, 0.25],)),
    "clip from above": (lambda x: (1 - x.clip(None, 1)).sqrt(), ([5.0, -3.0],), [0, 2], ([0, -0.25],)),
    "clip between": (lambda x: x.clip(0, 4).sqrt(), ([-1.0, 9.0, 1.0],), [0, 2, 1], ([0, 0, 0.5],)),
    "clip by an array": (lambda x: x.clip(np.zeros(2, np.float32), None).sqrt(), ([-1.0, 4.0],), [0, 2], ([0, 0.25],)),
    "maximum": (lambda x, y: np.maximum(x, y).sqrt(), ([0.0, -1.0], [-1.0, 4.0]), [0, 2], ([INF, 0], [0, 0.25])),
    "minimum": (lambda x, y: np.minimum(x, y).sqrt(), ([0.0, 4.0], [1.0, 9.0]), [0, 2], ([INF, 0.25], [0, 0])),
    "where": (
        lambda x, y: np.where(np.array([True, False]), x, y).sqrt(),
        ([0.0, 1.0], [1.0, 0.0]),
        [0, 0],
        ([INF, 0], [0, INF]),
    ),
    "max over an axis": (lambda x: x.max(1).sqrt(), ([[0.0, -2.0], [1, 4]],), [0, 2], ([[INF, 0], [0, 0.25]],)),
    "min over an axis": (lambda x: x.min(-1).sqrt(), ([[0.0, 2.0], [9, 4]],), [0, 2], ([[INF, 0], [0, 0.25]],)),
    "max of all": (lambda x: x.max().sqrt(), ([0.0, -2.0],), 0, ([INF, 0],)),
    "several largest": (lambda x: x.max(0, keepdims=True), ([3.0, 1.0, 3.0],), [3], ([0.5, 0, 0.5],)),
    "relu": (lambda x: F.relu(x).sqrt(), ([-1.0, 0.0, 4.0],), [0, 0, 2], ([0, 0, 0.25],)),
    "leaky relu without a leak": (lambda x: F.leaky_relu(x, 0.0).sqrt(), ([-1.0, 4.0],), [0, 2], ([0, 0.25],)),
    "step": (lambda x: F.step(x).sqrt(), ([-1.0, 4.0],), [0, 1], ([0, 0],)),
    "abs": (lambda x: abs(x).sqrt(), ([0.0, -4.0, 4.0],), [0, 2, 2], ([0, -0.25, 0.25],)),
    "max pool": (
        lambda x: F.max_pool2d(x, 2).sqrt(), ([[[[0.0, -1.0], [-2.0, -3.0]]]],), [[[[0]]]], ([[[[INF, 0], [0, 0]]]],),
    ),
    "max pool after relu": (
        lambda x: F.max_pool2d(F.relu(x), 2).sqrt(), ([[[[-1.0, -1.0], [-2.0, -3.0]]]],), [[[[0]]]],
        ([[[[0, 0], [0, 0]]]],),
    ),
    "where, afterwards": (
        lambda x: np.where(x > 0, x.sqrt(), 0.0) + np.where(x > 0, np.log(x), 0.0) + np.where(x > 0, x**0.5, 0.0),
        ([0.0, 4.0],), [0, 4 + np.log(4)], ([0, 0.75],),
    ),
    "power 0": (lambda x: x**0, ([0.0, INF, -INF],), [1, 1, 1], ([0, 0, 0],)),
    "power 0 of a tensor": (
        lambda x, p: x**p, ([0.0, INF, 2.0], [0.0, 0, 0]), [1, 1, 1], ([0, 0, 0], [0, INF, np.log(2)]),
    ),
    "0 to a power": (lambda x, p: x**p, ([0.0, 0.0], [2.0, 1.0]), [0, 0], ([0, 1], [0, 0])),
}  # fmt: skip


@pytest.mark.parametrize("name", CHOICES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_was_not_chosen_gets_nothing(name: str, dtype: Any) -> None:
    f, arrays, value, slopes = CHOICES[name]
    expect(f, arrays, value, *slopes, dtype=dtype)


def test_dropped_is_gone() -> None:
    """A unit that is dropped counts as 0, whatever it holds, and gets no gradient."""

    def f(x: zk.Tensor) -> zk.Tensor:
        return F.dropout(x, 0.5, rng=zk.generator(7)).sqrt()

    kept = zk.generator(7).random(40, dtype=np.float32) >= 0.5
    assert 0 < kept.sum() < 40
    x = np.where(kept, 2.0, INF)
    for dtype in (np.float32, np.float64):
        expect(f, (np.where(kept, 2.0, 0),), kept * 2.0, kept * 0.5, dtype=dtype)
    for family in zk.kernels.FAMILIES:
        with zk.kernels.use_kernels(family):
            assert F.dropout(x, 0.5, rng=zk.generator(7)).data.tolist() == (kept * 4.0).tolist()


SECOND = {
    "maximum": lambda x: np.maximum(x, 0.0) ** 1.5,
    "clip": lambda x: x.clip(0, None) ** 1.5,
    "where": lambda x: np.where(np.array([False, True]), x, 0.0) ** 1.5,
    "relu": lambda x: F.relu(x) ** 1.5,
    "max": lambda x: x[:, None].clip(0, None).max(1) ** 1.5,
    "abs": lambda x: abs(x.clip(0, None)) ** 1.5,
}


@pytest.mark.parametrize("name", SECOND)
def test_second_derivatives_choose_too(name: str) -> None:
    """x^1.5 at 0 has the slope 0 and the curvature ∞; below 0, where 0 was chosen, both are 0."""
    x = zk.tensor(np.array([-1.0, 4.0]), requires_grad=True)
    with np.errstate(divide="ignore"):  # on the way, 1/√0 is infinite
        (slope,) = zk.gradients(SECOND[name](x).sum(), [x], create_graph=True)
        (curvature,) = zk.gradients(slope.sum(), [x])
    np.testing.assert_allclose(slope.data, [0, 3])
    np.testing.assert_allclose(curvature, [0, 0.375])


@pytest.mark.parametrize(
    ("f", "at_nan"),
    [
        (lambda x: x.max(), True), (lambda x: np.maximum(x, 0.0), True), (lambda x: x.clip(0, 1), True),
        (lambda x: abs(x), True), (lambda x: F.relu(x), False),
    ],
)  # fmt: skip
def test_a_nan_stays_visible(f: Any, at_nan: bool) -> None:
    """A training that went wrong must show it: the value is NaN, and nothing warns on the way back."""
    for _, (value, slope) in each_way(f, [np.nan, -1.0]):
        assert np.isnan(value).any()
        assert slope[0] == at_nan


def test_the_largest_of_very_many_equal_halves() -> None:
    """Each of 70,000 equal numbers gets 1/70,000, which a float16 can hold although it cannot count so far."""
    x = zk.tensor(np.ones(70_000, np.float16), requires_grad=True)
    x.max().backward()
    np.testing.assert_allclose(np.asarray(x.grad, np.float64), 1 / 70_000, rtol=2e-3)


def test_slopes_of_logaddexp_at_infinity() -> None:
    x = [INF, 3.0, -INF, INF, -INF, 2.0]
    y = [3.0, INF, 3.0, INF, -INF, 2.0]
    for dtype in (np.float32, np.float64):
        expect(
            lambda a, b: np.logaddexp(a, b),
            (x, y),
            None,
            [1, 0, 0, 0.5, 0.5, 0.5],
            [0, 1, 1, 0.5, 0.5, 0.5],
            dtype=dtype,
        )


def test_curvature_of_logaddexp_where_both_are_equal() -> None:
    """The choice at infinity must not flatten the finite: ∂²/∂x² ln(eˣ + eʸ) = ¼ at x = y."""
    x, y = zk.tensor(np.array(1.0), requires_grad=True), zk.tensor(np.array(1.0))
    (slope,) = zk.gradients(np.logaddexp(x, y), [x], create_graph=True)
    assert zk.gradients(slope, [x])[0] == pytest.approx(0.25)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("value", [0.1, 1 / 3, 7.3e8, -2.7e-12])
@pytest.mark.parametrize("n", [3, 7, 1000])
def test_equal_numbers_have_no_spread(dtype: Any, value: float, n: int) -> None:
    """Exactly 0, in value and slope, although the computed mean of n times 0.1 may be a little off 0.1."""
    x = np.full(n, value, dtype)
    expect(lambda t: t.std(), (x,), 0, np.zeros(n), dtype=dtype)
    expect(lambda t: t.var(), (x,), 0, np.zeros(n), dtype=dtype)
    rows = np.stack([x, np.arange(n).astype(dtype)])
    for _, (spread, slope) in each_way(lambda t: t.std(axis=1), rows, dtype=dtype):
        assert spread[0] == 0
        assert not slope[0].any()
        assert spread[1] > 0
        assert slope[1].any()


@pytest.mark.parametrize(("a", "p"), [(2.0, 0.0), (0.5, 0.0), (3.0, 2.0), (2.0, -1.5), (1.7, 1.0)])
def test_mixed_second_derivatives_of_power(a: float, p: float) -> None:
    """∂²aᵖ/∂a∂p = aᵖ⁻¹(1 + p·ln a), in either order; 1/a at p = 0. ∂²/∂p² = aᵖ ln² a, ∂²/∂a² = p(p−1)aᵖ⁻²."""
    x, q = (zk.tensor(np.array(v), requires_grad=True) for v in (a, p))
    by_x, by_q = zk.gradients(x**q, [x, q], create_graph=True)
    mixed = a ** (p - 1) * (1 + p * np.log(a))
    xx, xq = zk.gradients(by_x, [x, q], retain_graph=True)
    qx, qq = zk.gradients(by_q, [x, q])
    np.testing.assert_allclose(
        [xx, xq, qx, qq], [p * (p - 1) * a ** (p - 2), mixed, mixed, a**p * np.log(a) ** 2], rtol=1e-12, atol=1e-14
    )

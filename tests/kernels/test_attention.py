"""Attention and GELU by tanh in both families: every layout, every mask, sizes around those of the blocks."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernels.families import agree, assert_close, dtypes, layouts, numbers, seeds
from tests.kernels.replay import agree_when_replayed
from zerokara.arrays import Array
from zerokara.kernels import compiled, reference

lengths = st.sampled_from([1, 2, 5, 17, 70])
masks = st.fixed_dictionaries(
    {name: st.sampled_from([None, (1, 1), (2, 1), (1, 3), (2, 3)]) for name in ("bias", "mask")}
)


def _extras(found: dict[str, Any], t: int, s: int, seed: int, dtype: Any, keeping: bool) -> tuple[Any, Any, Any]:
    bias = None if found["bias"] is None else numbers(seed + 4, (*found["bias"], t, s), dtype)
    mask = None if found["mask"] is None else numbers(seed + 5, (*found["mask"], t, s), dtype) > 0
    keep = (numbers(seed + 6, (2, 3, t, s), dtype) > 0).astype(dtype) * 2 if keeping else None
    return bias, mask, keep


@settings(max_examples=40, deadline=None)
@given(
    t=lengths, s=lengths, d=st.sampled_from([1, 3, 16, 33]), e=st.sampled_from([1, 7, 32]), found=masks,
    keeping=st.booleans(), past=st.sampled_from([None, 0, 3, -2]), dtype=dtypes, layout=layouts, seed=seeds,
)  # fmt: skip
def test_families_agree(
    t: int, s: int, d: int, e: int, found: Any, keeping: bool, past: int | None, dtype: Any, layout: str, seed: int
) -> None:
    seed %= 2**31
    shapes = (2, 3, t, d), (2, 3, s, d), (2, 3, s, e), (2, 3, t, e)
    q, k, v, g = (numbers(seed + i, shape, dtype, layout) for i, shape in enumerate(shapes))
    options = *_extras(found, t, s, seed, dtype, keeping), 0.4, past
    y, shares = agree("attention", q, k, v, *options)
    agree("attention_grads", g, q, k, v, y, shares, *options)


@pytest.mark.parametrize("past", [None, 0, 2])
def test_the_gradient_of_the_bias_is_that_of_the_scores(past: int | None) -> None:
    """dz is what dq = scale·dz·k and dk = scale·dzᵀ·q are made of, in either family ("attention_grad_bias" has one)."""
    shapes = (2, 3, 17, 5), (2, 3, 21, 5), (2, 3, 21, 4), (2, 3, 17, 4)
    q, k, v, g = (numbers(i, shape, np.float64) for i, shape in enumerate(shapes))
    options = *_extras({"bias": (1, 3), "mask": (2, 1)}, 17, 21, 9, np.float64, True), 0.4, past
    y, shares = reference.attention(q, k, v, *options)
    rest = (g, q, k, v, y, shares, *options)
    dz = reference.attention_grad_bias(*rest)
    for family in (reference, compiled):
        dq, dk, _ = family.attention_grads(*rest)
        np.testing.assert_allclose(dq, 0.4 * dz @ k, rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(dk, 0.4 * dz.swapaxes(-1, -2) @ q, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("past", [None, 0])
def test_long_sequences_are_cut_into_blocks(past: int | None) -> None:
    q, k, v, g = (numbers(i, (1, 2, 150, 8), np.float32) for i in range(4))
    y, shares = agree("attention", q, k, v, None, None, None, 0.3, past)
    agree("attention_grads", g, q, k, v, y, shares, None, None, None, 0.3, past)


@pytest.mark.parametrize("past", [None, 0, -20, 500, 1030])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_many_keys_are_cut_into_blocks(past: int | None, dtype: Any) -> None:
    """Backwards the keys are cut, too; a causal mask may end before a block, in it, or behind all of them."""
    shapes = (1, 2, 75, 9), (1, 2, 1100, 9), (1, 2, 1100, 5), (1, 2, 75, 5)
    q, k, v, g = (numbers(i, shape, dtype) for i, shape in enumerate(shapes))
    options = *_extras({"bias": (1, 1), "mask": (1, 2)}, 75, 1100, 3, dtype, False), 0.3, past
    y, shares = agree("attention", q, k, v, *options)
    agree("attention_grads", g, q, k, v, y, shares, *options)


def test_replayed_on_other_numbers() -> None:
    """The heads lie innermost, as a layer makes them; what is not contiguous is read where it lies."""
    q, k, v, g = (numbers(i, (2, 9, 3, 5), np.float32).transpose(0, 2, 1, 3) for i in range(4))
    keep = np.abs(numbers(6, (2, 3, 9, 9), np.float32))
    options = numbers(5, (1, 3, 9, 9), np.float32), numbers(4, (2, 1, 1, 9), np.float32) > 0, keep, 0.5, 0
    y, shares = reference.attention(q, k, v, *options)
    agree_when_replayed(compiled.attention, q, k, v, *options)
    agree_when_replayed(compiled.attention_grads, g, q, k, v, y, shares, *options)
    agree_when_replayed(compiled.gelu_tanh, q)
    agree_when_replayed(compiled.gelu_tanh_grad, g, q)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("place", ["q", "k", "v", "bias"])
def test_numbers_that_are_none_show(wrong: float, place: str) -> None:
    """NaN and ∞ in what is seen come out in both families alike; a masked score never matters, whatever it is."""
    given = {name: numbers(i, (1, 1, 4, 4), np.float32) for i, name in enumerate(("q", "k", "v", "bias"))}
    given[place][0, 0, 1, 2] = wrong
    with np.errstate(all="ignore"):
        y, _ = reference.attention(*given.values(), None, None, 0.5, None)
        z, _ = compiled.attention(*given.values(), None, None, 0.5, None)
    np.testing.assert_array_equal(np.isnan(y), np.isnan(z))
    if place == "bias" and wrong == -np.inf:
        assert np.isfinite(y).all()
    else:
        assert not np.isfinite(y).all()
    if place == "k":
        hidden = np.array([True, False, True, True])[None, None, None]
        for family in (reference, compiled):
            with np.errstate(all="ignore"):
                y, _ = family.attention(given["q"], given["k"], given["v"], None, hidden, None, 0.5, None)
            assert np.isfinite(y).all()


def test_scores_of_any_size_keep_their_differences() -> None:
    """Of large scores the differences are exact in both: a query that is 10⁴ times as long looks at one key."""
    q, k = np.full((1, 1, 1, 2), 1e4, np.float32), np.array([[1, 1], [1, 1.0001], [0.5, 0]], np.float32)[None, None]
    v = np.eye(3, dtype=np.float32)[None, None]
    exact = np.exp(np.array([-1e4 * (float(np.float32(1.0001)) - 1), 0.0]))
    for family in (reference, compiled):
        y: Array = family.attention(q, k, v, None, None, None, 1.0, None)[0]
        np.testing.assert_allclose(y[0, 0, 0], [*(exact / exact.sum()), 0], rtol=3e-3)
        assert abs(y.sum() - 1) < 1e-6


@settings(max_examples=20, deadline=None)
@given(shape=st.sampled_from([(0,), (7,), (3, 40), (2, 3, 4, 5)]), dtype=dtypes, layout=layouts, seed=seeds)
def test_gelu_by_tanh(shape: tuple[int, ...], dtype: Any, layout: str, seed: int) -> None:
    x, g = numbers(seed, shape, dtype, layout), numbers(seed % 1000 + 1, shape, dtype)
    agree("gelu_tanh", x)
    agree("gelu_tanh_grad", g, x)


def test_gelu_by_tanh_far_from_zero() -> None:
    for dtype in (np.float32, np.float64):
        x = np.array([-np.inf, -1e30, -45, -40, -10, -0.0, 0, 10, 45, 1e30, np.inf, np.nan], dtype)
        for name, args in (("gelu_tanh", (x,)), ("gelu_tanh_grad", (np.ones_like(x), x))):
            with np.errstate(all="ignore"):
                a, b = (getattr(family, name)(*args) for family in (reference, compiled))
            assert_close(a[:-1][np.isfinite(a[:-1])], b[:-1][np.isfinite(a[:-1])])
            np.testing.assert_array_equal(np.isnan(a), np.isnan(b))
            assert np.isnan(a[-1])
            assert np.isfinite(a[1:-2]).all()

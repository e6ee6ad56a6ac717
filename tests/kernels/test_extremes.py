"""Every kernel of both families on numbers that formulas break on.

Large offsets with tiny differences, numbers near the smallest ones, signed zeros, infinities, NaN, and sums whose terms
cancel. What only chooses or computes number by number gives the same bits in both families, the sign of zero included.
What sums up is as near to the sum in float64 as the magnitudes of its terms allow; it is infinite, or no number, where
the reference's result is.
"""

from collections.abc import Callable
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from tests.kernels.families import seeds
from zerokara import kernels
from zerokara.arrays import Array
from zerokara.kernels import compiled, reference
from zerokara.kernels.compiled import threads

F4, F8 = np.dtype(np.float32), np.dtype(np.float64)
KINDS = st.sampled_from([F4, F8])
PALETTES: dict[str, list[float]] = {
    "signed zeros": [0.0, -0.0, 1.0, -1.0],
    "near the smallest": [0.0, -0.0, 1e-40, -3e-39, 1.2e-38, -2e-38],
    "cancelling": [1e8, -1e8, 1e8 + 8, 1.0, -3.0, 1e-3],
    "large offset": [1e4, 1e4 + 1, 1e4 - 1, 1e4 + 0.5],
    "beyond numbers": [1.0, -2.0, 0.0, np.inf, -np.inf, np.nan],
    "one infinity": [1.0, -2.0, 0.5, np.inf],
}
palettes = st.sampled_from(sorted(PALETTES))


def chosen(seed: int, shape: tuple[int, ...], palette: str, dtype: Any) -> Array:
    """Numbers of a palette."""
    return np.random.default_rng(seed).choice(np.array(PALETTES[palette]), shape).astype(dtype)


def bits(x: Array) -> Array:
    """The numbers as bits, all NaN alike."""
    return np.where(np.isnan(x), x.dtype.type(np.nan), x).view(f"i{x.itemsize}")


def assert_same_bits(name: str, *args: Any) -> None:
    """Both families give the same bits, and do the same to their arguments."""
    copies = [[a.copy() if isinstance(a, np.ndarray) else a for a in args] for _ in range(2)]
    with np.errstate(all="ignore"):
        results = [getattr(family, name)(*given) for family, given in zip((reference, compiled), copies, strict=True)]
    for expected, actual in zip(_listed(results[0]) + copies[0], _listed(results[1]) + copies[1], strict=True):
        if isinstance(expected, np.ndarray) and expected.dtype.kind == "f":
            np.testing.assert_array_equal(bits(actual), bits(expected))
        elif isinstance(expected, np.ndarray):
            np.testing.assert_array_equal(actual, expected)


def assert_near_sums(name: str, *args: Any, terms: int) -> None:
    """|result − result in float64| ≤ terms · ε · Σ |terms of the sum|, and the same infinities and NaN everywhere."""
    with np.errstate(all="ignore"):
        plain, actual = (_listed(getattr(family, name)(*args)) for family in (reference, compiled))
        exact = _listed(getattr(reference, name)(*_map(args, lambda a: a.astype(np.float64))))
        sizes = _listed(getattr(reference, name)(*_map(args, lambda a: np.abs(a.astype(np.float64)))))
    for one, other, wide, size in zip(plain, actual, exact, sizes, strict=True):
        if one.dtype.kind != "f":
            np.testing.assert_array_equal(one, other)
            continue
        finite = np.isfinite(one)
        np.testing.assert_array_equal(other[~finite], one[~finite])
        allowed = 2 * terms * np.finfo(one.dtype).eps * size[finite] + terms * np.finfo(one.dtype).tiny
        for family in (one, other):
            assert (np.abs(family[finite].astype(np.float64) - wide[finite]) <= allowed).all()


def _listed(result: Any) -> list[Any]:
    return list(result) if isinstance(result, tuple) else [result]


def _map(args: tuple[Any, ...], change: Callable[[Array], Array]) -> list[Any]:
    return [change(a) if isinstance(a, np.ndarray) and a.dtype.kind == "f" else a for a in args]


@given(palettes, KINDS, st.integers(1, 70), seeds)
def test_relu_and_its_gradient(palette: str, dtype: Any, size: int, seed: int) -> None:
    x, g = chosen(seed, (size,), palette, dtype), chosen(seed + 1, (size,), palette, dtype)
    assert_same_bits("relu", x)
    assert_same_bits("relu_grad", g, x)


@pytest.mark.parametrize("family", [reference, compiled])
@pytest.mark.parametrize("dtype", [F4, F8])
def test_the_zero_of_relu_is_the_positive_one(family: Any, dtype: Any) -> None:
    """So that 1/relu(−0) is +∞ on every path, however long the array is."""
    for size in range(1, 40):
        assert not np.signbit(family.relu(np.full(size, -0.0, dtype))).any()


@given(palettes, KINDS, seeds)
def test_curves(palette: str, dtype: Any, seed: int) -> None:
    x = chosen(seed, (33,), palette, dtype)
    with np.errstate(all="ignore"):  # in float32 computed in float64: the nearest number, where NumPy is two away
        nearest = reference.sigmoid(x.astype(np.float64)).astype(dtype)
        np.testing.assert_array_max_ulp(compiled.sigmoid(x), nearest, 1)
    for name in ("erf", "ndtr"):
        with kernels.use_kernels("compiled"), np.errstate(all="ignore"):
            ours = getattr(kernels, name)(x)
            expected = getattr(reference, name)(x)
        np.testing.assert_array_equal(bits(ours), bits(expected))
    np.testing.assert_array_equal(reference.sigmoid(np.array([-np.inf, np.inf, -0.0], dtype)), [0, 1, 0.5])
    assert reference.fingerprint(x) == compiled.fingerprint(x)


@pytest.mark.parametrize(
    ("name", "count", "own"),
    [
        ("sgd_step", 2, ()),
        ("momentum_step", 3, (0.9, 0.1, 0, 0)),
        ("momentum_step", 3, (0.9, 0.0, 1, 1)),
        ("adagrad_step", 3, (1e-7,)),
        ("rmsprop_step", 3, (0.9, 1e-7)),
    ],
)
@given(palette=palettes, dtype=KINDS, penalised=st.booleans(), seed=seeds)
@settings(max_examples=25)
def test_optimizers(
    name: str, count: int, own: tuple[float, ...], palette: str, dtype: Any, penalised: bool, seed: int
) -> None:
    """The order of operations is the reference's, so the bits are."""
    w, g, *states = (chosen(seed + k, (37,), palette, dtype) for k in range(count))
    states = [np.abs(s) for s in states]
    assert_same_bits(name, w, g, *states, np.array([0.1, *((1e-3, 1e-4, 0.99) if penalised else (0, 0, 1)), *own]))


@given(palettes, KINDS, seeds)
def test_adam(palette: str, dtype: Any, seed: int) -> None:
    """One division is a multiplication by the inverse there: the last digit may differ."""
    w, g, m, v = (chosen(seed + k, (37,), palette, dtype) for k in range(4))
    settings_ = np.array([0.1, 0, 0, 1, 0.9, 0.99, 1e-8, 3])
    given_ = [[w.copy(), g, m.copy(), np.abs(v)] for _ in range(2)]
    with np.errstate(all="ignore"):
        for family, arrays in zip((reference, compiled), given_, strict=True):
            family.adam_step(*arrays, settings_)
    for expected, actual in zip(*given_, strict=True):
        np.testing.assert_allclose(actual, expected, rtol=8 * np.finfo(dtype).eps, atol=np.finfo(dtype).tiny)


@given(st.integers(-(2**62), 2**62), st.sampled_from([(), (3,)]), st.sampled_from([np.int64, np.int32, np.float64]))
def test_counters(count: int, shape: tuple[int, ...], dtype: Any) -> None:
    assert_same_bits("count_up", np.full(shape, count % 1_000_003, dtype))
    assert_same_bits("count_up", np.full(shape, count, np.int64))


@given(palettes, KINDS, st.sampled_from([1.0, 0.1, 0.0, 1 / 3]), st.sampled_from([1.0, 32 / 31]), seeds)
def test_running_statistics(palette: str, dtype: Any, momentum: float, factor: float, seed: int) -> None:
    assert_same_bits(
        "update_running", chosen(seed, (19,), palette, dtype), chosen(seed + 1, (19,), palette, dtype), momentum, factor
    )


@given(palettes, KINDS, seeds)
def test_scatter(palette: str, dtype: Any, seed: int) -> None:
    """Where nothing meets, the compiled one copies: a −0 then stays one, where 0 + −0 would be 0."""
    g = chosen(seed, (4, 5), palette, dtype)
    assert_near_sums("scatter", g, (slice(None), slice(1, 6)), (4, 9), terms=1)
    assert_near_sums("scatter", g, ([0, 2, 2, 1], slice(None)), (3, 5), terms=2)


@given(palettes, KINDS, st.integers(1, 20), seeds)
@settings(max_examples=40)
def test_pooling(palette: str, dtype: Any, channels: int, seed: int) -> None:
    x = chosen(seed, (2, channels, 6, 7), palette, dtype)
    for window in (((2, 2), (2, 2), (0, 0), (1, 1)), ((3, 3), (2, 1), (1, 1), (1, 1))):
        y, argmax = reference.max_pool2d(x, *window, False)
        assert_same_bits("max_pool2d", x, *window, False)
        g = chosen(seed + 1, y.shape, palette, dtype)
        assert_near_sums("max_pool2d_grad", g, argmax, x.shape, terms=9)
        assert_near_sums("avg_pool2d", x, *window[:3], False, True, terms=12)
        assert_near_sums("avg_pool2d_grad", g, x.shape, *window[:3], False, True, terms=12)


@given(palettes, KINDS, st.sampled_from([(1, 1), (2, 4), (4, 4)]), st.sampled_from([1, 3]), seeds)
@settings(max_examples=60)
def test_convolution_and_its_gradients(palette: str, dtype: Any, grouping: Any, taps: int, seed: int) -> None:
    groups, filters = grouping
    x = chosen(seed, (2, 4, 6, 5), palette, dtype)
    w = chosen(seed + 1, (filters, 4 // groups, taps, taps), palette, dtype)
    options = (1, 1), (taps // 2,) * 2, (1, 1), groups
    g = chosen(seed + 2, (2, filters, 6, 5), palette, dtype)
    assert_near_sums("conv2d", x, w, chosen(seed + 3, (filters,), palette, dtype), *options, terms=40)
    assert_near_sums("conv2d_grad_w", g, x, w.shape, *options, terms=70)
    if palette != "beyond numbers" and palette != "one infinity":  # strides of the way back leave out 0·∞ at the edge
        assert_near_sums("conv2d_grad_x", g, w, x.shape, *options, terms=40)


@given(palettes, KINDS, st.sampled_from([(3, 5, 4), (70, 60, 50), (6, 300, 120)]), seeds)
@settings(max_examples=40)
def test_matrix_product(palette: str, dtype: Any, shape: tuple[int, int, int], seed: int) -> None:
    m, depth, n = shape
    x, y = chosen(seed, (m, depth), palette, dtype), chosen(seed + 1, (depth, n), palette, dtype)
    assert_near_sums("matmul", x, y, terms=depth)


@given(palettes, KINDS, st.sampled_from([(40, 3), (7, 20, 3, 3)]), seeds)
def test_channel_sum(palette: str, dtype: Any, shape: tuple[int, ...], seed: int) -> None:
    assert_near_sums("channel_sum", chosen(seed, shape, palette, dtype), terms=64)


@pytest.mark.parametrize("offset", [0.0, 1e4, -1e6])
@pytest.mark.parametrize("shape", [(40, 3), (20_000, 3)], ids=["one block", "several blocks"])
@pytest.mark.parametrize("count", [1, 2, 3, 7, 16])
def test_no_digits_of_a_variance_are_lost_between_threads(
    offset: float, shape: tuple[int, int], count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Variances of numbers far from 0, whose means differ by little, against exact fractions."""
    monkeypatch.setattr(threads, "_THREADS", count)
    x = np.random.default_rng(0).choice([0.0, 1.0, -1.0, 0.5], shape)
    mean, variance = compiled.batch_statistics(x + offset)
    for c in range(shape[1]):
        whole, squares, n = Fraction(float(x[:, c].sum())), Fraction(float(np.square(x[:, c]).sum())), shape[0]
        exact = float(squares / n - (whole / n) ** 2)
        assert abs(variance[c] - exact) <= 64 * np.finfo(np.float64).eps * exact
        assert mean[c] == pytest.approx(float(whole / n + Fraction(offset)), rel=4e-16)


@given(palettes, KINDS, st.sampled_from([(40, 3), (300, 5), (7, 20, 3, 3)]), seeds)
def test_batch_statistics(palette: str, dtype: Any, shape: tuple[int, ...], seed: int) -> None:
    """Mean and variance as in float64, to the digits that the spread leaves."""
    x = chosen(seed, shape, palette, dtype)
    axes = (0, *range(2, x.ndim))
    wide = x.astype(np.float64)
    with np.errstate(all="ignore"):
        expected = reference.batch_statistics(wide)
        found = [family.batch_statistics(x) for family in (reference, compiled)]
        spread = np.sqrt(expected[1])
    finite, eps, tiny = np.isfinite(wide).all(axes), np.finfo(dtype).eps, np.finfo(dtype).tiny
    for mean, variance in found:
        np.testing.assert_array_equal(mean[~finite], found[0][0][~finite])
        assert not np.isfinite(variance[~finite]).any()
        close = eps * (np.abs(expected[0]) + 40 * spread)[finite] + tiny
        assert (np.abs(mean[finite] - expected[0][finite]) <= close).all()
        close = 4 * x.size * eps * expected[1][finite] + tiny
        assert (np.abs(variance[finite] - expected[1][finite]) <= close).all()


@given(palettes, KINDS, seeds)
def test_batch_norm(palette: str, dtype: Any, seed: int) -> None:
    """Given the statistics, y is computed number by number, as in the reference up to the last digits."""
    x, g = chosen(seed, (30, 5), palette, dtype), chosen(seed + 1, (30, 5), palette, dtype)
    with np.errstate(all="ignore"):
        mean, variance = reference.batch_statistics(x)
        variance = np.where(np.isfinite(variance), np.abs(variance), 1).astype(dtype)
        y = [family.batch_norm(x, mean, variance, None, None, 1e-5) for family in (reference, compiled)]
        grads = [family.batch_norm_grads(g, x, mean, variance, None, 1e-5) for family in (reference, compiled)]
    np.testing.assert_allclose(y[1], y[0], rtol=8 * np.finfo(dtype).eps, atol=np.finfo(dtype).tiny)
    steep = np.abs(np.where(np.isfinite(g), g, 0)).max() / np.sqrt(variance.min() + 1e-5)
    for expected, actual, size in zip(*grads, (steep, 30 * steep, 30 * steep), strict=True):
        finite = np.isfinite(expected)
        np.testing.assert_array_equal(np.isfinite(actual), finite)
        allowed = 100 * np.finfo(dtype).eps * max(size, 1) * max(np.nanmax(np.abs(np.where(finite, expected, 0))), 1)
        np.testing.assert_allclose(actual[finite], expected[finite], rtol=0, atol=allowed)


@given(palettes, KINDS, st.integers(1, 40), st.booleans(), seeds)
def test_layer_and_group_norm(palette: str, dtype: Any, size: int, weighted: bool, seed: int) -> None:
    """As in float64 up to the rounding of numbers of the size of y, whatever the offset; one group is a layer."""
    x, g = chosen(seed, (6, size), palette, dtype), chosen(seed + 1, (6, size), "large offset", dtype)
    weight = chosen(seed + 2, (size,), "large offset", dtype) if weighted else None
    finite = np.isfinite(x).all(axis=1)
    wide = None if weight is None else weight.astype(np.float64)
    with np.errstate(all="ignore"):
        exact = reference.layer_norm(x.astype(np.float64), wide, None, 1, 1e-5)
        slopes = reference.layer_norm_grads(g.astype(np.float64), x.astype(np.float64), wide, 1, 1e-5)[0]
        kinds = ("layer_norm", "layer_norm_grads"), ("group_norm", "group_norm_grads")
        for family, (norm, grads) in product((reference, compiled), kinds):
            y = getattr(family, norm)(x, weight, None, 1, 1e-5)
            dx = getattr(family, grads)(g, x, weight, 1, 1e-5)[0]
            assert np.isnan(y[~finite]).all()
            assert np.isnan(dx[~finite]).all() or size == 1
            eps, scale = 40 * np.finfo(dtype).eps, 1.0 if weight is None else float(np.abs(weight).max())
            assert (np.abs(y - exact)[finite] <= eps * scale * size).all()
            inverse = 1 / np.sqrt(x.astype(np.float64).var(axis=1, keepdims=True) + 1e-5)
            assert (np.abs(dx - slopes) <= eps * scale * size * np.abs(g).max() * inverse)[finite].all()


@given(palettes, KINDS, st.integers(1, 50), seeds)
def test_cross_entropy(palette: str, dtype: Any, classes: int, seed: int) -> None:
    """Losses, probabilities and gradient as in float64, for scores of any size; both families alike beyond numbers."""
    scores, labels = chosen(seed, (8, classes), palette, dtype), np.random.default_rng(seed).integers(0, classes, 8)
    g = np.random.default_rng(seed + 1).normal(size=8).astype(dtype)
    with np.errstate(all="ignore"):
        exact, wide = reference.cross_entropy(scores.astype(np.float64), labels)
        mean, slopes = compiled.FUSED["cross_entropy_mean"](scores, labels)
        results = [family.cross_entropy(scores, labels) for family in (reference, compiled)]
        grads = [family.cross_entropy_grad(g, wide.astype(dtype), labels) for family in (reference, compiled)]
    eps = 8 * np.finfo(dtype).eps
    for losses, probabilities in results:
        np.testing.assert_allclose(losses, exact, rtol=eps, atol=eps * (classes + 1))
        np.testing.assert_allclose(probabilities, wide, rtol=eps * (classes + 1), atol=1e-37)
    np.testing.assert_allclose(mean, exact.mean(), rtol=eps, atol=eps * (classes + 1))
    expected = (wide - np.eye(classes)[labels]) / 8
    np.testing.assert_allclose(slopes, expected, rtol=0, atol=eps * (classes + 1))
    np.testing.assert_array_equal(bits(grads[0]), bits(grads[1]))


@given(palettes, KINDS, seeds)
def test_binary_cross_entropy_with_logits(palette: str, dtype: Any, seed: int) -> None:
    """Loss and gradient as in float64, for scores of any size and targets from 0 to 1; both families alike beyond."""
    rng = np.random.default_rng(seed)
    x, g = chosen(seed, (9, 7), palette, dtype), rng.normal(size=(9, 7)).astype(dtype)
    t = rng.choice([0, 1, 0.25, 0.9], (9, 7)).astype(dtype)
    wide = [a.astype(np.float64) for a in (g, x, t)]
    with np.errstate(all="ignore"):
        exact = reference.binary_cross_entropy_with_logits(*wide[1:])
        slopes = reference.binary_cross_entropy_with_logits_grad(*wide)
        for family in (reference, compiled):
            y = family.binary_cross_entropy_with_logits(x, t)
            dx = family.binary_cross_entropy_with_logits_grad(g, x, t)
            assert y.dtype == dx.dtype == dtype
            eps, small = 16 * float(np.finfo(dtype).eps), 4 * float(np.finfo(dtype).tiny)
            np.testing.assert_allclose(y, exact.astype(dtype), rtol=eps, atol=small)
            np.testing.assert_allclose(dx, slopes.astype(dtype), rtol=eps, atol=eps * np.abs(g).max())


@given(palettes, KINDS, seeds)
def test_scale_into(palette: str, dtype: Any, seed: int) -> None:
    """factor·x rounded once, the same bits from both families, for numbers of any size."""
    x, factor = chosen(seed, (5, 8), palette, dtype), np.array([np.random.default_rng(seed).uniform()])
    with np.errstate(all="ignore"):
        exact = (x.astype(np.float64) * factor[0]).astype(dtype)
        for family in (reference, compiled):
            target = np.full_like(x, 3)
            family.scale_into(target, x, factor)
            np.testing.assert_array_equal(target, exact)


RECURRENT = {"rnn": (1, (False, False)), "lstm": (4, (False,)), "gru": (3, (False, True))}


@pytest.mark.parametrize("name", RECURRENT)
@given(palette=palettes, dtype=KINDS, seed=seeds)
@settings(max_examples=25)
def test_sequences(name: str, palette: str, dtype: Any, seed: int) -> None:
    """What goes into the gates may be anything: both families are as near to float64, and show the same NaN."""
    gates, options = RECURRENT[name]
    rng = np.random.default_rng(seed)
    p = chosen(seed, (4, 3, gates * 5), palette, dtype)
    w, h = (rng.normal(size=shape).astype(dtype) * 0.3 for shape in ((gates * 5, 5), (3, 5)))
    states = (h, h) if name == "lstm" else (h,)
    arguments = p, w, None, None, *states, np.array([4, 0, 2]), *options
    results = []
    with np.errstate(all="ignore"):
        for family, kind in ((reference, F8), (reference, dtype), (compiled, dtype)):
            given = _map(arguments, lambda a, kind=kind: a.astype(kind))
            found = getattr(family, name)(*given)
            slopes = rng.normal(size=found[0].shape).astype(kind) if not results else results[0][1].astype(kind)
            kept = {"rnn": (found[0],), "lstm": (found[-1],), "gru": found[1:]}[name]
            grads = getattr(family, f"{name}_grads")(slopes, *kept, given[1], arguments[-1 - len(options)], *options)
            results.append(([*found, *grads], slopes))
    tolerance = 1e-4 if dtype == F4 else 1e-12
    for exact, *others in zip(*(arrays for arrays, _ in results), strict=True):
        for other in others:
            np.testing.assert_allclose(other, exact, rtol=tolerance, atol=tolerance)


@given(palettes, KINDS, st.integers(0, 70), seeds)
def test_square_sum(palette: str, dtype: Any, size: int, seed: int) -> None:
    x = chosen(seed, (size,), palette, dtype)
    exact = np.sum(np.square(x.astype(np.float64)))
    for family in (reference, compiled):
        np.testing.assert_allclose(family.square_sum(x), exact, rtol=1e-14)


@pytest.mark.parametrize(
    "palette", [name for name in sorted(PALETTES) if name not in ("beyond numbers", "one infinity")]
)
@given(dtype=KINDS, seed=seeds, past=st.sampled_from([None, 0]))
@settings(max_examples=10, deadline=None)
def test_attention(palette: str, dtype: Any, seed: int, past: int | None) -> None:
    """Scores of any size: values and gradients of both families as near to float64 as the largest score allows.

    The scores are sums of products with queries of ones, so that rounding them does not hide what the softmax does.
    """
    k, v, g = (chosen(seed + i, (1, 1, 9, 4), palette, dtype) for i in range(3))
    q = np.ones_like(k) / 4
    results = []
    with np.errstate(all="ignore"):
        for family, kind in ((reference, F8), (reference, dtype), (compiled, dtype)):
            given = [x.astype(kind) for x in (q, k, v)]
            options = (None, None, None, 1.0, past)
            y, shares = family.attention(*given, *options)
            rest = (g.astype(kind), *given, y, shares, *options)
            results.append((y, *family.attention_grads(*rest), reference.attention_grad_bias(*rest)))
    largest = max(1.0, float(np.abs(k.astype(np.float64)).max()))
    eps = 30 * np.finfo(dtype).eps * largest
    for exact, *others in zip(*results, strict=True):
        size = max(1.0, float(np.abs(v).max())) * max(1.0, float(np.abs(g).max())) * largest
        for other in others:
            np.testing.assert_allclose(other, exact, rtol=0, atol=min(eps, 2.0) * size)


@given(palettes, KINDS, st.integers(1, 70), seeds)
def test_gelu_by_tanh(palette: str, dtype: Any, size: int, seed: int) -> None:
    x, g = chosen(seed, (size,), palette, dtype), np.random.default_rng(seed).normal(size=size).astype(dtype)
    with np.errstate(all="ignore"):
        exact = (
            reference.gelu_tanh(x.astype(np.float64)),
            reference.gelu_tanh_grad(g.astype(np.float64), x.astype(np.float64)),
        )
        for family in (reference, compiled):
            for found, expected in zip((family.gelu_tanh(x), family.gelu_tanh_grad(g, x)), exact, strict=True):
                np.testing.assert_allclose(
                    found, expected, rtol=2e-5 if dtype == F4 else 1e-13, atol=1e-6 if dtype == F4 else 1e-14
                )


@given(palettes, KINDS, st.integers(1, 70), seeds)
def test_silu(palette: str, dtype: Any, size: int, seed: int) -> None:
    """Of −∞ it is −0, of ∞ it is ∞, and its slope there is 0 and 1; a NaN shows."""
    x, g = chosen(seed, (size,), palette, dtype), np.random.default_rng(seed).normal(size=size).astype(dtype)
    wide = x.astype(np.float64)
    share, rest = expit(wide), expit(-wide)
    with np.errstate(invalid="ignore"):
        exact = np.where(wide == -np.inf, 0, wide * share), g * share * (1 + np.where(np.isinf(wide), 0, wide * rest))
    for family in (reference, compiled):
        for found, expected in zip((family.silu(x), family.silu_grad(g, x)), exact, strict=True):
            assert found.dtype == dtype
            np.testing.assert_allclose(found, expected, rtol=30 * np.finfo(dtype).eps, atol=np.finfo(dtype).tiny)


@given(palettes, KINDS, st.integers(1, 20), st.sampled_from([(2, 2), (1, 3), (3, 1)]), seeds)
def test_pixels_repeated(palette: str, dtype: Any, channels: int, factors: tuple[int, int], seed: int) -> None:
    x = chosen(seed, (2, channels, 3, 4), palette, dtype)
    assert_same_bits("upsample_nearest", x, factors)
    g = chosen(seed + 1, (2, channels, 3 * factors[0], 4 * factors[1]), palette, dtype)
    assert_near_sums("upsample_nearest_grad", g, factors, terms=4)


NAMED = ("rnn_grads", "lstm_grads", "gru_grads")
"""Called by names that are put together."""


def test_every_kernel_is_named_here() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    missing = [name for name in kernels.KERNELS if f'"{name}"' not in text and f".{name}(" not in text]
    assert not missing

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernels.families import agree, assert_close, dtypes, layouts, numbers, seeds
from zerokara.kernels import compiled, reference

shapes = st.one_of(
    st.tuples(st.integers(0, 9), st.integers(1, 40)),
    st.tuples(st.integers(0, 4), st.integers(1, 19), st.integers(1, 6), st.integers(1, 6)),
)


@given(shapes, dtypes, layouts, seeds, st.booleans())
@settings(max_examples=100)
def test_the_families_agree_on_batch_norm(
    shape: tuple[int, ...], dtype: Any, layout: str, seed: int, affine: bool
) -> None:
    x, g = numbers(seed, shape, dtype, layout) + dtype(3), numbers(seed + 1, shape, dtype, layout)
    weight, bias = (numbers(seed + k, shape[1:2], dtype) for k in (2, 3)) if affine else (None, None)
    mean, variance = agree("batch_statistics", x)
    agree("batch_norm", x, mean, variance, weight, bias, 1e-2)
    agree("batch_norm_grads", g, x, mean, variance, weight, 1e-2)


@given(shapes, dtypes, layouts, seeds, st.booleans())
@settings(max_examples=100)
def test_the_families_agree_on_layer_norm(
    shape: tuple[int, ...], dtype: Any, layout: str, seed: int, affine: bool
) -> None:
    axes_count = len(shape) - 1
    x, g = numbers(seed, shape, dtype, layout), numbers(seed + 1, shape, dtype, layout)
    weight, bias = (numbers(seed + k, shape[1:], dtype) for k in (2, 3)) if affine else (None, None)
    agree("layer_norm", x, weight, bias, axes_count, 1e-2)
    agree("layer_norm_grads", g, x, weight, axes_count, 1e-2)


@given(shapes, dtypes, layouts, seeds, st.booleans(), st.integers(0, 100))
@settings(max_examples=100)
def test_the_families_agree_on_group_norm(
    shape: tuple[int, ...], dtype: Any, layout: str, seed: int, affine: bool, pick: int
) -> None:
    x, g = numbers(seed, shape, dtype, layout) + dtype(3), numbers(seed + 1, shape, dtype, layout)
    weight, bias = (numbers(seed + k, shape[1:2], dtype) for k in (2, 3)) if affine else (None, None)
    divisors = [n for n in range(1, shape[1] + 1) if shape[1] % n == 0] or [1]
    groups = divisors[pick % len(divisors)]
    agree("group_norm", x, weight, bias, groups, 1e-2)
    agree("group_norm_grads", g, x, weight, groups, 1e-2)


@pytest.mark.parametrize("shape", [(2, 6, 300, 5), (1, 700, 2, 2), (2, 5, 40, 41), (3, 8, 150, 150)])
def test_samples_of_many_long_rows(shape: tuple[int, ...]) -> None:
    """More channels than a long row has numbers, an end that is a part of one, and more rows than a block."""
    x, g, weight = numbers(0, shape, np.float32), numbers(1, shape, np.float32), numbers(2, shape[1:2], np.float32)
    agree("group_norm", x, weight, None, 1, 1e-5)
    agree("group_norm_grads", g, x, weight, shape[1], 1e-5)


@pytest.mark.parametrize("family", [reference, compiled])
@pytest.mark.parametrize("shape", [(7, 4), (5, 4, 3, 6)])
def test_agrees_with_pytorch(family: Any, shape: tuple[int, ...]) -> None:
    torch = pytest.importorskip("torch")
    x, g = numbers(0, shape, np.float64), numbers(1, shape, np.float64)
    for names, layer in (("batch", shape[1:2]), ("layer", shape[1:]), ("group", shape[1:2])):
        weight, bias = numbers(2, layer, np.float64), numbers(3, layer, np.float64)
        inputs = [torch.tensor(a, requires_grad=True) for a in (x, weight, bias)]
        if names == "batch":
            mean, variance = family.batch_statistics(x)
            expected = torch.nn.functional.batch_norm(inputs[0], None, None, *inputs[1:], training=True)
            y = family.batch_norm(x, mean, variance, weight, bias, 1e-5)
            grads = family.batch_norm_grads(g, x, mean, variance, weight, 1e-5)
        elif names == "group":
            expected = torch.nn.functional.group_norm(inputs[0], 2, *inputs[1:])
            y = family.group_norm(x, weight, bias, 2, 1e-5)
            grads = family.group_norm_grads(g, x, weight, 2, 1e-5)
        else:
            expected = torch.nn.functional.layer_norm(inputs[0], layer, *inputs[1:])
            y = family.layer_norm(x, weight, bias, len(layer), 1e-5)
            grads = family.layer_norm_grads(g, x, weight, len(layer), 1e-5)
        expected.backward(torch.tensor(g))
        np.testing.assert_allclose(y, expected.detach().numpy(), atol=1e-10)
        for own, peer in zip(grads, inputs, strict=True):
            np.testing.assert_allclose(own, peer.grad.numpy(), atol=1e-10)


@pytest.mark.parametrize("family", [reference, compiled])
def test_a_large_offset_costs_no_digits_of_the_variance(family: Any) -> None:
    """Var(x + 1000) = Var(x): the mean is taken away before squaring."""
    x = numbers(0, (400, 3, 8, 8), np.float32)
    near, far = family.batch_statistics(x)[1], family.batch_statistics(x + np.float32(1000))[1]
    np.testing.assert_allclose(near, far, rtol=1e-3)


@pytest.mark.parametrize("family", [reference, compiled])
def test_an_empty_batch_has_mean_and_variance_zero(family: Any) -> None:
    mean, variance = family.batch_statistics(np.zeros((0, 3, 4, 4), np.float32))
    np.testing.assert_array_equal([mean, variance], np.zeros((2, 3)))


@given(st.integers(1, 70), dtypes, layouts, seeds)
def test_the_families_agree_on_running_statistics(channels: int, dtype: Any, layout: str, seed: int) -> None:
    """In place: the running array is changed, the new statistic is not."""
    new, ours = numbers(seed, (channels,), dtype, layout), numbers(seed + 1, (channels,), dtype)
    theirs = ours.copy()
    for family, running in ((compiled, ours), (reference, theirs)):
        getattr(family, "update_running")(running, new, 0.1, 1.5)  # noqa: B009  (by name: see test_families)
    assert_close(ours, theirs)

"""Binary cross-entropy from scores: the families agree, and far from 0 no answer loses its digits."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import zerokara as zk
from tests.kernels.families import agree, assert_close, dtypes, layouts, numbers, seeds
from zerokara import functional as F
from zerokara.kernels import compiled, reference

NAMES = "binary_cross_entropy_with_logits", "binary_cross_entropy_with_logits_grad"


@settings(max_examples=25, deadline=None)
@given(shape=st.sampled_from([(0,), (7,), (3, 41), (2, 3, 4, 5)]), dtype=dtypes, layout=layouts, seed=seeds)
def test_the_families_agree(shape: tuple[int, ...], dtype: Any, layout: str, seed: int) -> None:
    x, g = 5 * numbers(seed, shape, dtype, layout), numbers(seed % 1000 + 1, shape, dtype)
    for t in (numbers(seed % 999, shape, dtype) > 0).astype(dtype), np.abs(g) % 1:
        agree("binary_cross_entropy_with_logits", x, t)
        agree("binary_cross_entropy_with_logits_grad", g, x, t)
        agree("binary_cross_entropy_with_logits_grad", np.broadcast_to(dtype(0.25), shape), x, t)


@pytest.mark.parametrize("name", NAMES)
def test_every_score_keeps_its_digits(name: str) -> None:
    """Float32 within a few units in the last place of what float64 gives, from the smallest to the largest scores."""
    size = np.concatenate([np.geomspace(1e-30, 86, 3000), np.linspace(0, 86, 3001)])
    x = np.concatenate([size, -size]).astype(np.float32)
    for t in (np.zeros_like(x), np.ones_like(x)):
        args = (np.ones_like(x), x, t) if name.endswith("grad") else (x, t)
        exact = getattr(reference, name)(*(a.astype(np.float64) for a in args))
        np.testing.assert_allclose(getattr(compiled, name)(*args), exact, rtol=6e-7)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_certain_answers_and_no_numbers(dtype: Any) -> None:
    """A certain answer that is right costs nothing, one that is wrong costs ∞; NaN shows."""
    x = np.array([np.inf, -np.inf, np.inf, -np.inf, 1e30, -1e30, 0.0, -0.0, np.nan, 1.0], dtype)
    t = np.array([1, 0, 0, 1, 0, 1, 0.5, 0.5, 1, np.nan], dtype)
    for name, args in zip(NAMES, ((x, t), (np.ones_like(x), x, t)), strict=True):
        with np.errstate(invalid="ignore"):
            expected = getattr(reference, name)(*args)
        np.testing.assert_allclose(getattr(compiled, name)(*args), expected, rtol=1e-6)
    np.testing.assert_array_equal(compiled.binary_cross_entropy_with_logits(x, t)[:4], [0, 0, np.inf, np.inf])


def test_a_recorded_step_sums_exponentials_and_turns_signs_without_python() -> None:
    """e^x, −x and the sum over all, with the last digits of NumPy's; and ∞ and NaN where NumPy has them."""
    from zerokara.kernels.compiled.program import Program

    def step(x: zk.Tensor) -> tuple[zk.Tensor, ...]:
        return F.exp(x), -x, x.sum(), x.sum((0, 1, 2))

    far = np.array([0, -0.0, 88.5, 89, -87, -104, np.inf, -np.inf, np.nan, 1e-30], np.float32).reshape(1, 2, 5)
    for x in (3 * numbers(0, (7, 4, 5), np.float32), far):
        run = zk.capture(step)
        with np.errstate(all="ignore"):
            found, expected = run(zk.Tensor(x)), (np.exp(x.astype(float)).astype("f4"), -x, x.sum(), x.sum())
        for one, other in zip(found, expected, strict=True):
            assert_close(np.nan_to_num(one.data, nan=7), np.nan_to_num(np.asarray(other), nan=7))
        (kept,) = run._recordings.values()
        assert all(isinstance(part, Program) for part in kept[0]._replay._parts)


@pytest.mark.parametrize("options", [{"dtype": np.float64}, {"casting": "same_kind"}])
@pytest.mark.parametrize("function", [np.add, np.multiply, np.exp, np.negative, np.logaddexp])
def test_options_of_numpys_functions_hold_in_a_recorded_step(function: Any, options: dict[str, Any]) -> None:
    x = numbers(0, (4, 5), np.float32)
    args = (x,) * function.nin

    def step(*given: Any) -> Any:
        return function(*given, **options)

    assert_close(zk.capture(step)(*args), step(*args))

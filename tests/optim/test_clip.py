import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerokara import nn, optim
from zerokara.autodiff import Tensor


def tensors(scale=1.0, dtype=np.float64):
    rng = np.random.default_rng(0)
    made = [Tensor(np.zeros(shape, dtype), requires_grad=True) for shape in [(3,), (2, 4), ()]]
    for tensor in made:
        tensor.grad = (scale * rng.standard_normal(tensor.shape)).astype(dtype)
    return made


def norm(made):
    return float(np.sqrt(sum(np.sum(t.grad**2) for t in made)))


@given(scale=st.sampled_from([1e-6, 0.1, 1.0, 1e4]), limit=st.sampled_from([1e-3, 1.0, 50.0]))
def test_clipping_agrees_with_pytorch(scale, limit):
    torch = pytest.importorskip("torch")
    for clip in ("clip_grad_norm", "clip_grad_value"):
        ours = tensors(scale)
        theirs = [torch.zeros(t.shape, dtype=torch.float64, requires_grad=True) for t in ours]
        for t, u in zip(ours, theirs, strict=True):
            u.grad = torch.tensor(t.grad)
        result = getattr(optim, clip)(ours, limit)
        expected = getattr(torch.nn.utils, f"{clip}_")(theirs, limit)
        if result is not None:
            assert result == pytest.approx(float(expected), rel=1e-12)
        for t, u in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(t.grad, u.grad.numpy(), rtol=1e-12)


def test_the_norm_of_all_gradients_together_is_limited_and_the_direction_kept():
    made = tensors(100.0)
    before = [t.grad.copy() for t in made]
    expected = norm(made)
    assert optim.clip_grad_norm(made, 2.0) == pytest.approx(expected)
    assert norm(made) == pytest.approx(2.0, rel=1e-6)
    for t, g in zip(made, before, strict=True):
        np.testing.assert_allclose(t.grad, g * 2.0 / expected, rtol=1e-6)


def test_small_gradients_stay_as_they_are():
    made = tensors()
    before = [t.grad for t in made]
    optim.clip_grad_norm(made, 100.0)
    assert all(t.grad is g for t, g in zip(made, before, strict=True))


def test_modules_are_accepted_and_missing_gradients_skipped():
    model = nn.Linear(2, 2)
    assert optim.clip_grad_norm(model, 1.0) == 0
    model.bias.grad = np.array([3.0, 4.0], np.float32)
    assert optim.clip_grad_norm(model, 1.0) == pytest.approx(5)
    assert model.bias.grad.dtype == np.float32
    optim.clip_grad_value(model, 0.5)
    assert model.weight.grad is None


@pytest.mark.parametrize("bad", [np.inf, np.nan])
def test_a_norm_that_is_not_finite_is_returned_and_nothing_touched(bad):
    """Scaling by it would spread the NaN to every parameter and hide where it came from."""
    made = tensors()
    made[0].grad[0] = bad
    before = made[1].grad.copy()
    assert not np.isfinite(optim.clip_grad_norm(made, 1.0))
    np.testing.assert_array_equal(made[1].grad, before)


@pytest.mark.parametrize("clip", [optim.clip_grad_norm, optim.clip_grad_value])
@pytest.mark.parametrize("bad", [0, -1, float("nan")])
def test_an_impossible_limit_is_refused(clip, bad):
    with pytest.raises(ValueError, match="above 0"):
        clip(tensors(), bad)

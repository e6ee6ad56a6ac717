"""Hooks look, and change nothing; steps that are recorded notice them."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import zerokara as zk
from zerokara import data, nn, optim, training

X = zk.tensor(np.ones((2, 3), np.float32))


@pytest.fixture
def compiled() -> Iterator[None]:
    """Steps are recorded with the compiled kernels only."""
    with zk.use_kernels("compiled"):
        yield


def test_a_hook_sees_what_goes_in_and_comes_out() -> None:
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU())
    seen: list[Any] = []
    handle = model[0].register_forward_hook(lambda module, inputs, y: seen.append((module, inputs, y.shape)))
    before = model[1].register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0].shape))
    model(X)
    assert seen[0][0] is model[0]
    assert seen[0][1][0] is X
    assert seen[0][2] == seen[1] == (2, 4)
    handle.remove()
    before.remove()
    handle.remove()
    model(X)
    assert len(seen) == 2
    assert list(model.state_dict()) == ["0.weight", "0.bias"]


def test_a_hook_in_a_block_ends_with_it() -> None:
    layer, seen = nn.Linear(3, 4), []
    with layer.register_forward_hook(lambda *shown: seen.append(shown)):
        layer(X)
    layer(X)
    assert len(seen) == 1


def test_the_tensor_that_a_hook_shows_has_a_gradient() -> None:
    model, kept = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1)), []
    with model[1].register_forward_hook(lambda module, inputs, y: kept.append(y)):
        loss = model(X).sum()
    (g,) = zk.gradients(loss, at=kept)
    np.testing.assert_allclose(g, np.broadcast_to(model[2].weight.data, (2, 4)), rtol=1e-6)  # type: ignore[arg-type]


def test_what_a_hook_returns_is_refused() -> None:
    layer = nn.Linear(3, 4)
    with (
        layer.register_forward_hook(lambda module, inputs, y: y * 0),
        pytest.raises(TypeError, match="hooks only look"),
    ):
        layer(X)
    with pytest.raises(TypeError, match="a hook is a function"):
        layer.register_forward_hook(3)  # type: ignore[arg-type]
    with pytest.raises(NotImplementedError, match=r"zk\.gradients\(loss"):
        layer.register_full_backward_hook(print)


@pytest.mark.usefixtures("compiled")
def test_a_recorded_step_notices_a_hook() -> None:
    """A replay would pass it by: the step is refused while there is one, and replayed again afterwards."""
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU())
    step, seen = zk.capture(lambda x: model(x) * 1), []
    first = step(X).data
    handle = model[0].register_forward_hook(lambda *shown: seen.append(shown))
    with pytest.raises(zk.CaptureError, match="observed layer by layer"):
        step(X)
    handle.remove()
    np.testing.assert_array_equal(step(X).data, first)
    assert not seen


@pytest.mark.usefixtures("compiled")
def test_fit_and_evaluate_call_hooks_at_every_step() -> None:
    split = data.Split(np.arange(24 * 4, dtype=np.uint8).reshape(24, 1, 2, 2), np.arange(24) % 3)
    model, seen = nn.Sequential(nn.Flatten(), nn.Linear(4, 3)), []
    steps = 0
    for record in training.fit(model, data.Loader(split, 8), optim.SGD(model), epochs=2):
        steps += record.kind == "step"
        if steps == 2 and not seen:  # in the middle of a training whose step was recorded
            model[1].register_forward_hook(lambda *shown: seen.append(shown))
    assert steps == 6
    assert len(seen) == 4
    training.evaluate(model, split)
    assert len(seen) > 4


def test_habits_of_moving_a_model() -> None:
    """There is one device; types are converted in place."""
    model = nn.Linear(2, 3)
    assert model.to("cpu") is model.cpu() is model.to() is model
    assert model.double().weight.dtype == np.float64
    assert model.to("cpu", np.float32).weight.dtype == model.float().weight.dtype == np.float32
    assert model.to("float64").weight.dtype == np.float64
    for act in (lambda: model.to("cuda:0"), model.cuda, lambda: model.to(0)):
        with pytest.raises(ValueError, match=r"compute on the CPU.*leave it out"):
            act()

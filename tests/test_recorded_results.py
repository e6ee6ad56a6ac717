"""Results that are views of an input, inputs that lie anywhere, and results whose shape is not the recorded one."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import zerokara as zk
from zerokara import functional as F
from zerokara import nn, optim
from zerokara.arrays import Array
from zerokara.data import Split
from zerokara.kernels import tracing
from zerokara.training import evaluate

VIEWS: dict[str, Callable[[Any], Any]] = {
    "itself": lambda x: x,
    "transpose": lambda x: x.T,
    "reshape": lambda x: F.reshape(x, (-1, 2)),
    "flatten": lambda x: F.flatten(x),
    "one": lambda x: x[0],
    "slice": lambda x: x[1:, ::2],
    "last": lambda x: x[..., -1],
    "reversed": lambda x: x[::-1],
    "swapped": lambda x: F.transpose(x, (1, 0)),
    "twice": lambda x: x.T[1:].T,
    "layer": nn.Flatten(),
    "broadcast": lambda x: F.broadcast_to(x, (2, *x.shape)),
    "identity": nn.Identity(),
    "copied": lambda x: F.reshape(x.T, (-1,)),
}


def _batches(shape: tuple[int, ...] = (4, 6)) -> list[Array]:
    return [np.random.default_rng(k).normal(size=shape).astype(np.float32) for k in range(4)]


@pytest.mark.parametrize("name", VIEWS)
def test_a_result_that_is_a_view_of_the_input_is_that_of_this_input(name: str) -> None:
    captured = zk.capture(VIEWS[name])
    for x in _batches():
        np.testing.assert_array_equal(captured(zk.Tensor(x)).data, VIEWS[name](zk.Tensor(x)).data)


@pytest.mark.parametrize("name", VIEWS)
def test_so_is_a_view_beside_other_results(name: str) -> None:
    net = nn.Linear(6, 3, rng=np.random.default_rng(0))
    optimizer = optim.SGD(net, 0.1)

    @zk.capture
    def step(x: zk.Tensor) -> Any:
        loss = F.mean(net(x) ** 2)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss, VIEWS[name](x)

    results = []
    for x in _batches():
        given = zk.Tensor(x)
        loss, seen = step(given)
        assert np.isfinite(loss.data)
        np.testing.assert_array_equal(seen.data, VIEWS[name](given).data)
        results.append(seen)
    for x, seen in zip(_batches(), results, strict=True):  # and it stays when the next replay has another input
        np.testing.assert_array_equal(seen.data, VIEWS[name](zk.Tensor(x)).data)


@pytest.mark.parametrize("layout", ["read only", "columns", "every other", "reversed", "one by one"])
def test_inputs_may_lie_anywhere(layout: str) -> None:
    x, captured = np.arange(24, dtype=np.float32).reshape(4, 6), zk.capture(lambda x: (F.exp(x * 0.1), x.T))
    for k in range(3):
        given = x + k
        if layout == "read only":
            given.flags.writeable = False
        elif layout == "columns":
            given = np.asfortranarray(given)
        elif layout == "every other":
            given = np.repeat(given, 2, axis=1)[:, ::2]
        elif layout == "reversed":
            given = given[::-1].copy()[::-1]
        else:
            given = np.zeros(24 * 4 + 1, np.uint8)[1:].view(np.float32).reshape(4, 6)
            given[...] = x + k
        one, other = captured(zk.Tensor(given))
        np.testing.assert_allclose(one.data, np.exp((x + k) * np.float32(0.1)), rtol=1e-6)
        np.testing.assert_array_equal(other.data, (x + k).T)


def test_a_read_only_input_is_not_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kernels do not write into their arguments: the permission to do so is not asked for."""
    monkeypatch.setenv("ZEROKARA_CHECK", "static")  # a replay that is tried out has its own copy
    x = np.ones((4, 6), np.float32)
    x.flags.writeable = False
    captured = zk.capture(lambda x: x * 2)
    captured(zk.Tensor(x))
    (recording,) = next(iter(captured._recordings.values()))
    assert recording._replay._addresses == [x.__array_interface__["data"][0]]


def test_an_input_that_is_a_parameter_is_read_as_it_was() -> None:
    """The step writes into the memory of its own argument; what it computes from that comes before."""
    found = []
    for record in (False, True):
        layer = nn.Linear(256, 256, rng=np.random.default_rng(0))
        optimizer = optim.SGD(layer, 0.1)

        def step(x: zk.Tensor, layer: Any = layer, optimizer: Any = optimizer) -> zk.Tensor:
            loss = F.mean(layer(x) ** 2)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss

        run = zk.capture(step) if record else step
        losses = [run(zk.Tensor(layer.weight.data)).data for _ in range(3)]
        found.append([*losses, layer.weight.data])
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-5, atol=1e-6)


def test_an_input_that_is_a_parameter_and_used_after_its_step_is_refused() -> None:
    layer = nn.Linear(4, 4, rng=np.random.default_rng(0))
    optimizer = optim.SGD(layer, 0.1)

    @zk.capture
    def step(x: zk.Tensor) -> zk.Tensor:
        loss = F.mean(layer(x) ** 2)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return F.sum(x)

    step(zk.Tensor(np.ones((4, 4), np.float32)))
    with pytest.raises(zk.CaptureError, match="give the step a copy"):
        step(zk.Tensor(layer.weight.data))


def test_a_result_of_another_shape_is_refused_not_repeated() -> None:
    """What a call from Python gives must have the shape that everything after it counts on."""
    size = np.array(3)

    @zk.capture
    def step(x: zk.Tensor) -> zk.Tensor:
        drawn = tracing.again(lambda: np.ones(int(size), np.float32), (3,), np.float32)
        return x * drawn

    x = zk.Tensor(np.ones((2, 3), np.float32))
    for _ in range(3):
        step(x)
    size[...] = 1
    with pytest.raises(zk.CaptureError, match=r"shape \(1,\).*\(3,\)"):
        step(x)


def test_evaluating_a_network_that_only_flattens_looks_at_every_batch() -> None:
    """The scores of every batch are the pixels of that batch."""
    images = np.random.default_rng(0).integers(0, 256, (40, 1, 2, 5)).astype(np.uint8)
    labels = images.reshape(40, 10).argmax(axis=1)
    found = evaluate(nn.Flatten(), Split(images, labels), batch_size=8)
    assert found.accuracy == 1

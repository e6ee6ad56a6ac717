"""Verification finds what it is there for: a stale recording, a wrong order, a wrong kernel; and nothing else."""

import itertools
from typing import Any

import numpy as np
import pytest

import zerokara as zk
from zerokara import functional as F
from zerokara import nn, optim
from zerokara.capture import VerificationError
from zerokara.capture.watch import Watch
from zerokara.kernels.compiled import fusion

RNG = np.random.default_rng(0)


def batch(size: int = 8) -> tuple[Any, Any]:
    return RNG.normal(size=(size, 1, 8, 8)).astype(np.float32), RNG.integers(0, 5, size)


def network() -> nn.Sequential:
    zk.manual_seed(4)
    return nn.Sequential(
        conv=nn.Conv2d(1, 8, 3, padding=1), norm=nn.BatchNorm2d(8), act=nn.ReLU(), pool=nn.MaxPool2d(2),
        flat=nn.Flatten(), drop=nn.Dropout(0.3), head=nn.Linear(128, 5),
    )  # fmt: skip


def step_of(net: Any, optimizer: optim.Optimizer) -> Any:
    def step(x: Any, labels: Any) -> Any:
        scores = net(zk.Tensor(x))
        loss = F.cross_entropy(scores, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return {"loss": loss, "scores": scores.data}

    return step


@pytest.mark.parametrize("make", [lambda n: optim.SGD(n, 0.1, 0.9), optim.Adam, lambda n: optim.RMSprop(n, 0.01)])
def test_a_verified_training_is_the_training(make: Any) -> None:
    """It raises nothing, draws the same random numbers, and ends with the bits of one that is only replayed."""
    found = []
    for verify in (False, True):
        net = network()
        step = zk.capture(step_of(net, make(net)), verify=verify)
        zk.manual_seed(1)
        rng = np.random.default_rng(2)
        for _ in range(6):
            x, labels = rng.normal(size=(9, 1, 8, 8)).astype(np.float32), rng.integers(0, 5, 9)
            step(x, labels)
        found.append(net.state_dict())
    for key, array in found[0].items():
        np.testing.assert_array_equal(found[1][key], array, err_msg=key)


def test_the_environment_switches_it_on(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = itertools.count()  # a list would be something that the step depends on

    def step(x: Any) -> Any:
        next(calls)
        return x * 2

    for value, more in (("1", 1), ("0", 0)):
        monkeypatch.setenv("ZEROKARA_VERIFY", value)
        captured = zk.capture(step)
        captured(np.ones(3))
        count = next(calls)
        captured(np.ones(3))
        assert next(calls) == count + 1 + more


def test_a_stale_recording_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    net = network().eval()
    captured = zk.capture(net, verify=True)
    x = zk.Tensor(batch()[0])
    captured(x)
    monkeypatch.setattr(Watch, "changed", lambda self: "")
    net.act = nn.Tanh()
    with pytest.raises(VerificationError, match="result 0: a replay differs"):
        captured(x)


def planted(monkeypatch: pytest.MonkeyPatch, change: Any) -> None:
    original = fusion.rewritten

    def rewritten(trace: Any, *rest: Any) -> Any:
        return change(trace, list(original(trace, *rest)))

    monkeypatch.setattr(fusion, "rewritten", rewritten)


def test_a_wrong_order_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two steps of one parameter, the first of which is left out and done twice at the end."""
    w = nn.Parameter(np.ones((4, 4), np.float32))
    optimizer = optim.SGD([w], lr=0.1)

    def step(x: Any) -> Any:
        for _ in range(2):
            loss = ((zk.Tensor(x) @ w) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return loss

    def late(trace: Any, operations: list[Any]) -> list[Any]:
        steps = [o for o in operations if o.name == "sgd_step"]
        return [*(o for o in operations if o.name != "sgd_step"), *steps]

    planted(monkeypatch, late)
    monkeypatch.setenv("ZEROKARA_CHECK", "0")
    with pytest.raises(VerificationError):
        zk.capture(step, verify=True)(RNG.normal(size=(5, 4)).astype(np.float32))


def test_a_wrong_kernel_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def twice(trace: Any, operations: list[Any]) -> list[Any]:
        for operation in operations:
            if operation.name == "update_running":
                operation.args = (*operation.args[:2], operation.args[2] * 1.5, *operation.args[3:])
        return operations

    planted(monkeypatch, twice)
    net = network()
    with pytest.raises(VerificationError, match="an array of shape"):
        zk.capture(step_of(net, optim.SGD(net, 0.1)), verify=True)(*batch())


def test_a_step_that_draws_other_random_numbers_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    net = network()
    captured = zk.capture(step_of(net, optim.SGD(net, 0.1)), verify=True)
    captured(*batch())
    recording = next(iter(captured._recordings.values()))[0]
    original = recording.replay

    def replay(arrays: Any) -> Any:
        zk.arrays.default_generator().random()
        return original(arrays)

    monkeypatch.setattr(recording, "replay", replay)
    with pytest.raises(VerificationError, match="other random numbers"):
        captured(*batch())

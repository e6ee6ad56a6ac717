"""A recording knows what it depends on: when any of it changes, the step is recorded anew; the rest may change."""

import argparse
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import zerokara as zk
from zerokara import data, nn, optim, training

SLOPE = 0.5
SCALE = np.full(3, 2.0, np.float32)
HELD = types.SimpleNamespace(slope=0.25)


def points(size: int = 6, features: int = 5) -> zk.Tensor:
    return zk.Tensor(np.random.default_rng(3).normal(size=(size, features)).astype(np.float32))


class Net(nn.Module):
    """Something of everything that a module may hold."""

    def __init__(self) -> None:
        zk.manual_seed(0)
        self.fc = nn.Linear(5, 4)
        self.act: Any = nn.Tanh()
        self.norm = nn.BatchNorm1d(4)
        self.drop = nn.Dropout(0.5)
        self.head = nn.Linear(4, 3)
        self.extra: list[Any] = [nn.Softplus(), nn.Tanh()]
        self.named: dict[str, Any] = {"last": nn.Identity()}
        self.factor: Any = 2.0
        self.residual: Any = False
        self.sizes = (1, 2)
        self.register_buffer("mask", np.ones(3, np.float32))
        self.seen: list[float] = []

    def forward(self, x: zk.Tensor) -> zk.Tensor:
        y = self.drop(self.norm(self.act(self.fc(x))))
        y = y + y if self.residual else y
        for layer in self.extra:
            y = layer(y)
        return self.named["last"](self.head(y)) * self.factor * self.sizes[0] * self.mask  # type: ignore[attr-defined]


def replace_parameter(net: Net) -> None:
    net.fc.weight = nn.Parameter(np.zeros((4, 5), np.float32))


def replace_data(net: Net) -> None:
    net.head.weight.data = np.ones((3, 4), np.float32)


CHANGES: dict[str, Callable[[Net], Any]] = {
    "another activation": lambda net: setattr(net, "act", nn.ReLU()),
    "an activation of ordinary code": lambda net: setattr(net, "act", lambda x: x * 3),
    "another head": lambda net: setattr(net, "head", nn.Linear(4, 3)),
    "a layer left out": lambda net: setattr(net, "norm", nn.Identity()),
    "an item of a list": lambda net: net.extra.__setitem__(0, nn.ReLU()),
    "a longer list": lambda net: net.extra.append(nn.Sigmoid()),
    "a reversed list": lambda net: net.extra.reverse(),
    "an entry of a dictionary": lambda net: net.named.__setitem__("last", nn.Sigmoid()),
    "a parameter": replace_parameter,
    "a parameter's array": replace_data,
    "no bias": lambda net: setattr(net.fc, "bias", None),
    "a buffer": lambda net: setattr(net, "mask", np.array([1, 0, 2], np.float32)),
    "the numbers in a buffer": lambda net: net.mask.__setitem__(0, 7.0),  # type: ignore[attr-defined]
    "a number": lambda net: setattr(net, "factor", 3.0),
    "a number of another type": lambda net: setattr(net, "factor", np.float64(0.1)),
    "a sign": lambda net: setattr(net, "factor", -2.0),
    "a flag": lambda net: setattr(net, "residual", True),
    "a tuple": lambda net: setattr(net, "sizes", (3, 2)),
    "batch norm's eps": lambda net: setattr(net.norm, "eps", 0.5),
    "running statistics": lambda net: setattr(net.norm, "running_var", np.full(4, 9, np.float32)),
    "behind the module's back": lambda net: vars(net).__setitem__("factor", 11.0),
    "a part of a part": lambda net: setattr(net.head, "weight", net.extra and nn.Parameter(np.ones((3, 4), "f"))),
    "a mode": lambda net: net.norm.train(not net.norm.training),
}


@pytest.mark.parametrize("mode", [True, False])
@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_the_network_is_seen(name: str, mode: bool) -> None:
    x = points()
    net, twin = Net().train(mode), Net().train(mode)
    captured = zk.capture(net)
    for _ in range(2):
        zk.manual_seed(5)
        before = captured(x).data
        zk.manual_seed(5)
        np.testing.assert_allclose(before, twin(x).data, rtol=1e-5, atol=1e-6)
    for each in (net, twin):
        zk.manual_seed(9)
        CHANGES[name](each)
    zk.manual_seed(6)
    got = captured(x).data
    zk.manual_seed(6)
    np.testing.assert_allclose(got, twin(x).data, rtol=1e-5, atol=1e-6)
    if not (mode and name == "running statistics"):
        zk.manual_seed(5)
        assert not np.array_equal(got, before), "the change changes nothing: the test shows nothing"


def test_dropouts_p_is_seen() -> None:
    net, x = nn.Dropout(0.5), zk.Tensor(np.ones(1000, np.float32))
    captured = zk.capture(net)
    captured(x)
    net.p = 0.9
    assert float(captured(x).data.max()) == pytest.approx(10)


@pytest.mark.parametrize("first", [True, False])
def test_frozen_layers_stay_and_thawed_ones_move(first: bool) -> None:
    net = nn.Sequential(nn.Linear(5, 4), nn.Tanh(), nn.Linear(4, 3))
    optimizer = optim.SGD(net, lr=0.1)
    net[0].requires_grad_(first)

    @zk.capture
    def step(x: zk.Tensor) -> zk.Tensor:
        loss = (net(x) ** 2).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    for learns in (first, not first, first):
        net[0].requires_grad_(learns)
        before = net.state_dict()
        step(points())
        moved = {key: not np.array_equal(before[key], array) for key, array in net.state_dict().items()}
        assert moved == {"0.weight": learns, "0.bias": learns, "2.weight": True, "2.bias": True}


def test_globals_closures_and_objects_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    class Settings:
        gain = 3.0

        def __init__(self) -> None:
            self.shift = 1.0

    @dataclass(slots=True)
    class Slotted:
        power: float = 2.0

    settings, slotted, ordinary = Settings(), Slotted(), argparse.Namespace(offset=1.0)
    inner, weights = [1.0], {"a": 2.0}

    def helper(x: Any) -> Any:
        return x * SLOPE + settings.shift

    def step(x: zk.Tensor) -> zk.Tensor:
        y = helper(x) * Settings.gain * inner[0] * HELD.slope + ordinary.offset
        return (y * weights["a"])[:, :3] * zk.Tensor(SCALE) ** slotted.power

    captured, x = zk.capture(step), points()

    def agree() -> None:
        np.testing.assert_allclose(captured(x).data, step(x).data, rtol=1e-5)

    agree()
    for change in (
        lambda: monkeypatch.setitem(globals(), "SLOPE", 0.75),
        lambda: setattr(settings, "shift", 5.0),
        lambda: setattr(Settings, "gain", 7.0),
        lambda: setattr(slotted, "power", 1.0),
        lambda: setattr(ordinary, "offset", 2.0),
        lambda: inner.__setitem__(0, 3.0),
        lambda: weights.update(a=-1.0),
        lambda: monkeypatch.setattr(HELD, "slope", 4.0),
        lambda: monkeypatch.setitem(globals(), "SCALE", np.full(3, 5.0, np.float32)),
        lambda: SCALE.__setitem__(0, 0.5),
    ):
        was = step(x).data
        change()
        assert not np.array_equal(was, step(x).data)
        agree()


@pytest.mark.parametrize("kind", ["dictionary", "key from outside", "namespace", "nested"])
def test_one_setting_alone_is_seen(kind: str) -> None:
    """Nothing else is reached that could hide that it is not watched."""
    held: Any = {"slope": 2.0}
    key = "slope"
    if kind == "namespace":
        held = argparse.Namespace(slope=2.0)
        captured = zk.capture(lambda x: x * held.slope)
    elif kind == "nested":
        held = {"of": {"slope": 2.0}}
        captured = zk.capture(lambda x: x * held["of"]["slope"])
    elif kind == "dictionary":
        captured = zk.capture(lambda x: x * held["slope"])
    else:
        captured = zk.capture(lambda x: x * held[key])
    x = points()
    np.testing.assert_array_equal(captured(x).data, x.data * 2)
    if kind == "namespace":
        held.slope = 3.0
    else:
        held.get("of", held)["slope"] = 3.0
    np.testing.assert_array_equal(captured(x).data, x.data * 3)
    captured(x)
    assert captured.recorded == 2


def test_what_is_never_read_may_change() -> None:
    net = Net().eval()
    captured, x = zk.capture(net), points()
    captured(x)
    recorded = [known for kept in captured._recordings.values() for known in kept]
    for k in range(3):
        net.seen.append(k)
        net.note = k  # type: ignore[attr-defined]
        net.factor = float(2)  # another object, the same number
        captured(x)
    assert [known for kept in captured._recordings.values() for known in kept] == recorded


def test_a_step_that_is_recorded_again_and_again_says_why() -> None:
    numbers = [0.0]
    captured, x = zk.capture(lambda x: x * numbers[0]), points()

    def again_and_again() -> None:
        for k in range(52):
            numbers[0] = float(k)
            np.testing.assert_allclose(captured(x).data, x.data * np.float32(k))

    with pytest.warns(RuntimeWarning, match="a list changed"):
        again_and_again()


@pytest.mark.parametrize(
    ("one", "other"), [(1, True), (2, 2.0), (0.0, -0.0), (np.float32(1), np.float64(1)), ((1, 2), (1, 2.0)), ("a", "b")]
)
def test_arguments_of_another_type_or_sign_have_their_own_recording(one: Any, other: Any) -> None:
    captured = zk.capture(lambda x, flag: (x, repr(flag), type(flag).__name__))
    for flag in (one, other, one):
        assert captured(points(), flag)[1:] == (repr(flag), type(flag).__name__)


def test_numbers_that_are_not_a_number_are_one_recording() -> None:
    captured = zk.capture(lambda x, a: x * a)
    for _ in range(3):
        captured(points(), float("nan"))
    assert "recordings=1" in repr(captured)


def test_the_optimizers_settings_are_followed() -> None:
    found = []
    for wrap in (lambda f: f, zk.capture):
        zk.manual_seed(1)
        net = nn.Linear(5, 3)
        optimizer = optim.SGD(net, lr=0.1)

        def written(x: zk.Tensor, net: Any = net, optimizer: Any = optimizer) -> zk.Tensor:
            loss = (net(x) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss

        step = wrap(written)
        step(points())
        optimizer.weight_decay, optimizer.l1 = 0.1, 0.01
        step(points())
        optimizer.decay = "weights"
        step(points())
        optimizer.momentum = 0.9
        for _ in range(3):
            step(points())
        optimizer.nesterov = True
        step(points())
        optimizer.state.clear()
        step(points())
        found.append(net.state_dict())
    for key, array in found[0].items():
        np.testing.assert_allclose(found[1][key], array, rtol=1e-5, atol=1e-7)


def test_fit_and_evaluate_go_on_with_the_network_as_it_is() -> None:
    digits = data.load("digits")
    net = nn.Sequential(flat=nn.Flatten(), fc=nn.Linear(64, 16), act=nn.Tanh(), head=nn.Linear(16, 10))
    before = training.evaluate(net, digits.test)
    net.act = nn.ReLU()
    after = training.evaluate(net, digits.test)
    assert after.loss != before.loss
    with zk.use_kernels("reference"):
        assert training.evaluate(net, digits.test).loss == pytest.approx(after.loss, rel=1e-5)
    loader = data.Loader(digits.train, batch_size=100, seed=0)
    frozen = net.fc.weight.data.copy()  # type: ignore[union-attr]
    for number, record in enumerate(training.fit(net, loader, optim.SGD(net, lr=0.1), epochs=1)):
        if record.kind == "step" and number == 4:
            net.fc.requires_grad_(False)  # type: ignore[union-attr]
            frozen = net.fc.weight.data.copy()  # type: ignore[union-attr]
    np.testing.assert_array_equal(net.fc.weight.data, frozen)  # type: ignore[union-attr]


def test_the_way_of_convolution_is_part_of_a_recording() -> None:
    zk.manual_seed(0)
    net = nn.Conv2d(32, 32, 3, padding=1)
    x = zk.Tensor(np.random.default_rng(0).normal(size=(4, 32, 16, 16)).astype(np.float32))
    captured = zk.capture(net)
    captured(x)
    with zk.kernels.use_convolution("direct"):
        np.testing.assert_array_equal(captured(x).data, zk.capture(net)(x).data)


def test_a_model_that_nobody_holds_is_not_kept_alive_by_its_recording() -> None:
    import gc
    import weakref

    net = nn.Sequential(nn.Flatten(), nn.Linear(64, 10))
    training.evaluate(net, data.load("digits").test)
    held = weakref.ref(net)
    del net
    gc.collect()
    assert held() is None

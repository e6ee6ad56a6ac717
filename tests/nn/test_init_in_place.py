"""Values drawn into a parameter: their spread as PyTorch's, and graphs that need the old ones notice."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import zerokara as zk
from zerokara import nn
from zerokara.nn import init

SHAPE = (60, 50, 3, 4)
SPREADS: dict[str, tuple[dict[str, Any], str]] = {
    "kaiming_normal_": ({"a": 0.2, "mode": "fan_out"}, "normal"),
    "kaiming_uniform_": ({"a": math.sqrt(5)}, "uniform"),
    "xavier_normal_": ({"gain": 2.0}, "normal"),
    "xavier_uniform_": ({}, "uniform"),
    "normal_": ({"mean": 0.5, "std": 0.1}, "normal"),
    "uniform_": ({"a": -2.0, "b": 1.0}, "uniform"),
    "trunc_normal_": ({"mean": 1.0, "std": 2.0, "a": 0.0, "b": 3.0}, "uniform"),
}


@pytest.mark.parametrize("name", SPREADS)
@pytest.mark.parametrize("shape", [SHAPE, (600, 100)])
def test_the_numbers_lie_as_pytorchs(name: str, shape: tuple[int, ...]) -> None:
    """Mean and spread, and for a range its ends: 36,000 numbers and more tell them to 3 %."""
    torch = pytest.importorskip("torch")
    settings, kind = SPREADS[name]
    w = nn.Parameter(np.zeros(shape))
    assert getattr(init, name)(w, **settings, rng=zk.generator(1)) is w
    theirs = getattr(torch.nn.init, name)(torch.zeros(shape, dtype=torch.float64), **settings).numpy()
    assert w.data.std() == pytest.approx(theirs.std(), rel=0.03)
    assert w.data.mean() == pytest.approx(theirs.mean(), abs=0.03 * theirs.std())
    if kind == "uniform":
        assert (w.data.min(), w.data.max()) == pytest.approx((theirs.min(), theirs.max()), abs=0.02 * theirs.std())


@pytest.fixture
def compiled() -> Iterator[None]:
    """Steps are recorded with the compiled kernels only."""
    with zk.use_kernels("compiled"):
        yield


def test_plain_values() -> None:
    w = nn.Parameter(np.full((2, 3), 9, np.float32))
    assert init.zeros_(w).data.tolist() == [[0] * 3] * 2
    assert init.ones_(w).data.tolist() == [[1] * 3] * 2
    assert init.constant_(w, 0.25).data.tolist() == [[0.25] * 3] * 2
    assert init.eye_(w).data.tolist() == [[1, 0, 0], [0, 1, 0]]
    assert w.dtype == np.float32


@pytest.mark.parametrize("shape", [(4, 7), (7, 4), (5, 2, 3)])
def test_orthogonal(shape: tuple[int, ...]) -> None:
    w = init.orthogonal_(nn.Parameter(np.zeros(shape)), 1.5).data.reshape(shape[0], -1)
    small = w @ w.T if w.shape[0] <= w.shape[1] else w.T @ w
    np.testing.assert_allclose(small, 2.25 * np.eye(len(small)), atol=1e-12)


@pytest.mark.parametrize("name", ["linear", "conv2d", "sigmoid", "tanh", "relu", "leaky_relu", "selu"])
def test_gains(name: str) -> None:
    torch = pytest.importorskip("torch")
    assert init.calculate_gain(name) == pytest.approx(torch.nn.init.calculate_gain(name))
    assert init.calculate_gain("leaky_relu", 0.3) == pytest.approx(torch.nn.init.calculate_gain("leaky_relu", 0.3))


def test_the_seed_decides() -> None:
    zk.manual_seed(3)
    a = init.kaiming_normal_(nn.Parameter(np.zeros((3, 4)))).data.copy()
    zk.manual_seed(3)
    np.testing.assert_array_equal(init.kaiming_normal_(nn.Parameter(np.zeros((3, 4)))).data, a)


def test_a_graph_that_needs_the_old_values_notices() -> None:
    layer = nn.Linear(3, 2)
    y = layer(zk.tensor(np.ones((1, 3), np.float32), requires_grad=True)).sum()
    init.ones_(layer.weight)
    with pytest.raises(RuntimeError, match="was changed after the forward pass"):
        y.backward()


@pytest.mark.usefixtures("compiled")
def test_a_recorded_step_uses_the_new_values_and_draws_none_itself() -> None:
    layer = nn.Linear(3, 2)
    x = zk.tensor(np.ones((1, 3), np.float32))
    step = zk.capture(lambda x: layer(x) * 2)
    step(x)
    init.zeros_(layer.weight)
    init.constant_(layer.bias, 4.0)  # type: ignore[arg-type]
    assert step(x).data.tolist() == [[8, 8]]
    with pytest.raises(zk.CaptureError, match="do it before the step"):
        zk.capture(lambda x: layer(x) + init.normal_(layer.weight).sum())(x)


def test_apply_reaches_every_layer() -> None:
    model = nn.Sequential(nn.Linear(2, 3), nn.Sequential(nn.Linear(3, 1)))

    def start(module: nn.Module) -> None:
        if isinstance(module, nn.Linear):
            init.ones_(module.weight)

    assert model.apply(start) is model
    assert all((p.data == 1).all() for name, p in model.named_parameters() if "weight" in name)


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda: init.xavier_normal_(nn.Parameter(np.zeros(3))), r"tell n_in and n_out; got the shape \(3,\)"),
        (lambda: init.kaiming_normal_(nn.Parameter(np.zeros((3, 2))), mode="fan"), "'fan_in' or 'fan_out'; got 'fan'"),
        (lambda: init.kaiming_normal_(nn.Parameter(np.zeros((3, 2))), nonlinearity="x"), "unknown nonlinearity 'x'"),
        (lambda: init.normal_(np.zeros(3)), "changes a tensor in place; got a ndarray"),  # type: ignore[arg-type]
        (lambda: init.normal_(zk.tensor([1])), "floating-point numbers; got int64"),
        (lambda: init.normal_(zk.tensor([1.0], requires_grad=True) * 2), "computed by multiply"),
        (lambda: init.normal_(nn.Parameter(np.zeros(3)), std=-1), "std of at least 0"),
        (lambda: init.uniform_(nn.Parameter(np.zeros(3)), 2, 1), "a of at most b"),
        (lambda: init.trunc_normal_(nn.Parameter(np.zeros(3)), a=9, b=10), "mostly falls"),
        (lambda: init.eye_(nn.Parameter(np.zeros(3))), "a matrix"),
    ],
)
def test_errors_speak(act: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        act()

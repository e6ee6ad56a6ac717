"""Laws of a captured step: it does what the step does, for every shape, state and mode, or says why it cannot."""

import threading
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import zerokara as zk
from zerokara import functional as F
from zerokara import nn, optim

RNG = np.random.default_rng(0)


class Residual(nn.Module):
    def __init__(self, channels: int) -> None:
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(channels)

    def forward(self, x: zk.Tensor) -> zk.Tensor:
        y = F.relu(self.norm1(self.conv1(x)))
        return F.relu(x + self.norm2(self.conv2(y)))


class Branches(nn.Module):
    """As an inception block: several ways side by side."""

    def __init__(self, channels: int) -> None:
        self.one = nn.Conv2d(channels, 8, 1)
        self.three = nn.Sequential(nn.Conv2d(channels, 4, 1), nn.ReLU(), nn.Conv2d(4, 8, 3, padding=1))
        self.five = nn.Conv2d(channels, 4, 5, padding=2)
        self.pool = nn.Sequential(nn.MaxPool2d(3, 1, 1), nn.Conv2d(channels, 4, 1))

    def forward(self, x: zk.Tensor) -> zk.Tensor:
        return F.relu(F.concatenate([self.one(x), self.three(x), self.five(x), self.pool(x)], axis=1))


def networks() -> dict[str, Any]:
    return {
        "linear": lambda: nn.Sequential(nn.Flatten(), nn.Linear(144, 20), nn.ReLU(), nn.Linear(20, 10)),
        "sigmoid": lambda: nn.Sequential(nn.Flatten(), nn.Linear(144, 20), nn.Sigmoid(), nn.Linear(20, 10)),
        "tanh, gelu, softplus": lambda: nn.Sequential(
            nn.Flatten(), nn.Linear(144, 9), nn.Tanh(), nn.Linear(9, 9), nn.GELU(), nn.Linear(9, 9), nn.Softplus(),
            nn.LayerNorm(9), nn.LeakyReLU(), nn.Linear(9, 10),
        ),
        "batch norm": lambda: nn.Sequential(
            nn.Flatten(), nn.Linear(144, 20), nn.BatchNorm1d(20), nn.ReLU(), nn.Linear(20, 10)
        ),
        "conv, relu, pool": lambda: nn.Sequential(
            nn.Conv2d(1, 7, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(7 * 16, 10)
        ),
        "conv, norm, relu, pool": lambda: nn.Sequential(
            nn.Conv2d(1, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(3, 2, 1),
            nn.Conv2d(6, 16, 3, stride=2), nn.ReLU(), nn.GlobalAvgPool2d(), nn.Linear(16, 10),
        ),
        "residual": lambda: nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), Residual(16), Residual(16), nn.AvgPool2d(2), nn.Flatten(),
            nn.Linear(16 * 36, 10),
        ),
        "branches": lambda: nn.Sequential(
            nn.Conv2d(1, 5, 3, padding=1), nn.ReLU(), Branches(5), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(24 * 36, 10)
        ),
        "large": lambda: nn.Sequential(nn.Flatten(), nn.Linear(144, 600), nn.ReLU(), nn.Linear(600, 600), nn.ReLU(),
                                       nn.Linear(600, 10)),
    }  # fmt: skip


def batches(count: int, dtype: Any = np.float32, size: int = 12) -> list[tuple[Any, Any]]:
    return [(RNG.normal(size=(size, 1, 12, 12)).astype(dtype), RNG.integers(0, 10, size)) for _ in range(count)]


def training_step(net: nn.Module, optimizer: optim.Optimizer) -> Any:
    def step(x: Any, labels: Any) -> zk.Tensor:
        loss = F.cross_entropy(net(zk.Tensor(x)), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    return step


def twins(make: Any, optimizer: Any, dtype: Any = np.float32) -> tuple[Any, Any]:
    """Two equal networks with their steps: (net, step) as written, (net, step) captured."""
    found = []
    for wrap in (lambda f: f, zk.capture):
        zk.manual_seed(3)
        net = make().astype(dtype)
        found.append((net, wrap(training_step(net, optimizer(net)))))
    return found[0], found[1]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", networks())
def test_a_captured_training_is_the_training(name: str, dtype: Any) -> None:
    """Losses, weights and running statistics after several different batches."""
    (net, step), (twin, captured) = twins(networks()[name], lambda n: optim.SGD(n, lr=0.01, momentum=0.9), dtype)
    rtol = 2e-4 if dtype == np.float32 else 1e-9
    for x, labels in batches(6, dtype):
        np.testing.assert_allclose(captured(x, labels).item(), step(x, labels).item(), rtol=rtol)
    for (key, array), other in zip(net.state_dict().items(), twin.state_dict().values(), strict=True):
        np.testing.assert_allclose(other, array, rtol=100 * rtol, atol=10 * rtol, err_msg=key)


OPTIMIZERS = {
    "sgd": lambda n: optim.SGD(n, lr=0.1),
    "momentum": lambda n: optim.SGD(n, lr=0.1, momentum=0.9, weight_decay=0.01),
    "nesterov": lambda n: optim.Nesterov(n, lr=0.1, l1=1e-3),
    "adagrad": lambda n: optim.AdaGrad(n, lr=0.1),
    "rmsprop": lambda n: optim.RMSprop(n, lr=0.01, weight_decay=0.1, decay="weights"),
    "adam": lambda n: optim.Adam(n, lr=0.01, weight_decay=0.1),
    "adamw": lambda n: optim.AdamW(n, lr=0.01, weight_decay=0.1, decay="weights"),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_steps_alike_and_follows_its_learning_rate(name: str) -> None:
    found = []
    for wrap in (lambda f: f, zk.capture):
        zk.manual_seed(1)
        net = networks()["linear"]()
        optimizer = OPTIMIZERS[name](net)
        step = wrap(training_step(net, optimizer))
        for number, (x, labels) in enumerate(batches_of_one_seed()):
            optimizer.lr = 0.01 / (1 + number)
            step(x, labels)
        found.append((net.state_dict(), optimizer.state_dict()))
    for one, other in zip(*found, strict=True):
        assert one.keys() == other.keys()
        for key in one:
            np.testing.assert_allclose(other[key], one[key], rtol=1e-4, atol=1e-6, err_msg=f"{name} {key}")


@st.composite
def random_networks(draw: Any) -> tuple[list[tuple[Any, ...]], int, int]:
    """A few layers for images of 1 to 20 channels, the channels, and the size of the images."""
    channels, size = draw(st.sampled_from([1, 3, 8, 16, 20])), draw(st.integers(6, 12))
    layers: list[tuple[Any, ...]] = []
    width, side = channels, size
    for _ in range(draw(st.integers(1, 5))):
        kind = draw(st.sampled_from(["conv", "conv", "relu", "norm", "max", "avg", "sigmoid", "residual"]))
        if kind == "conv":
            kernel, stride, padding = draw(st.sampled_from([(1, 1, 0), (3, 1, 1), (3, 2, 1), (5, 1, 2), (2, 1, 0)]))
            after = (side + 2 * padding - kernel) // stride + 1
            if after < 2:
                continue
            filters = draw(st.sampled_from([1, 5, 16, 17]))
            layers.append((nn.Conv2d, width, filters, kernel, stride, padding))
            width, side = filters, after
        elif kind in ("max", "avg"):
            if side < 4:
                continue
            layers.append((nn.MaxPool2d if kind == "max" else nn.AvgPool2d, 2))
            side //= 2
        else:
            made = {"relu": (nn.ReLU,), "sigmoid": (nn.Sigmoid,), "norm": (nn.BatchNorm2d, width)}
            layers.append(made.get(kind, (Residual, width)))
    return [*layers, (nn.Flatten,), (nn.Linear, width * side * side, 10)], channels, size


@settings(max_examples=25)
@given(random_networks(), st.sampled_from([1, 2, 7]), st.sampled_from([np.float32, np.float64]), st.integers(0, 99))
def test_any_network_trains_captured_as_written(made: Any, batch: int, dtype: Any, seed: int) -> None:
    """Whatever layers follow one another: the fused, planned and replayed step is the step."""
    layers, channels, size = made
    rng = np.random.default_rng(seed)
    exact = dtype == np.float64
    pairs = [
        (rng.normal(size=(batch + 1, channels, size, size)).astype(dtype), rng.integers(0, 10, batch + 1))
        for _ in range(3)
    ]
    make = lambda: nn.Sequential(*(kind(*arguments) for kind, *arguments in layers))  # noqa: E731
    (net, step), (twin, captured) = twins(make, lambda n: optim.SGD(n, lr=0.01, momentum=0.9), dtype)
    for x, labels in pairs:
        rtol = 1e-8 if exact else 1e-2  # in float32 a net that learns wildly loses digits from step to step
        np.testing.assert_allclose(captured(x, labels).item(), step(x, labels).item(), rtol=rtol)
    if not exact:
        return
    for (key, array), other in zip(net.state_dict().items(), twin.state_dict().values(), strict=True):
        np.testing.assert_allclose(other, array, rtol=1e-6, atol=1e-9, err_msg=key)


def batches_of_one_seed() -> list[tuple[Any, Any]]:
    rng = np.random.default_rng(5)
    return [(rng.normal(size=(9, 1, 12, 12)).astype("f"), rng.integers(0, 10, 9)) for _ in range(4)]


def test_dropout_draws_the_same_masks_and_every_replay_new_ones() -> None:
    make = lambda: nn.Sequential(nn.Flatten(), nn.Linear(144, 30), nn.Dropout(0.5), nn.Linear(30, 10))  # noqa: E731
    losses = []
    (_, step), (_, captured) = twins(make, lambda n: optim.SGD(n, lr=0.0))
    x, labels = batches(1)[0]
    for f in (step, captured):
        zk.manual_seed(8)
        losses.append([f(x, labels).item() for _ in range(4)])
    np.testing.assert_allclose(losses[1], losses[0], rtol=1e-5)
    assert len(set(losses[0])) == 4


def test_new_shapes_are_recorded_anew() -> None:
    (_, step), (_, captured) = twins(networks()["conv, relu, pool"], lambda n: optim.SGD(n, lr=0.1))
    for size in (12, 5, 12, 1, 5):
        x, labels = batches(1, size=size)[0]
        np.testing.assert_allclose(captured(x, labels).item(), step(x, labels).item(), rtol=1e-4)
    assert "recordings=3" in repr(captured)


def test_inputs_are_read_where_they_are_however_they_lie() -> None:
    """Contiguous arrays are not copied; views, strided and read-only arrays give the same."""
    net = networks()["conv, relu, pool"]()
    forward = zk.capture(lambda x: net(x))
    x = batches(1)[0][0]
    want = net(zk.Tensor(x)).data
    big = np.zeros((12, 1, 12, 24), np.float32)
    big[..., ::2] = x
    frozen = x.copy()
    frozen.flags.writeable = False
    for images in (x, x.copy(), big[..., ::2], frozen, np.asfortranarray(x)):
        np.testing.assert_allclose(forward(zk.Tensor(images)).data, want, rtol=1e-5, atol=1e-6)


def test_training_and_evaluation_modes_are_different_recordings() -> None:
    net = networks()["batch norm"]()
    forward = zk.capture(lambda x: net(x))
    x = batches(1)[0][0]
    for mode in (True, False, True, False):
        net.train(mode)
        running = net.state_dict()
        np.testing.assert_allclose(forward(zk.Tensor(x)).data, _alone(net, running, x), rtol=1e-4, atol=1e-5)


def _alone(net: nn.Module, running: Any, x: Any) -> Any:
    """The eager answer, from the same running statistics, leaving the net as it was."""
    after = net.state_dict()
    net.load_state_dict(running)
    answer = net(zk.Tensor(x)).data
    net.load_state_dict(after)
    return answer


def test_loaded_weights_and_optimizer_states_are_used() -> None:
    (net, step), (twin, captured) = twins(networks()["linear"], lambda n: optim.Adam(n, lr=0.01))
    x, labels = batches(1)[0]
    captured(x, labels)
    step(x, labels)
    halves = {k: v * 0.5 for k, v in net.state_dict().items()}
    for model in (net, twin):
        model.load_state_dict(halves)
    np.testing.assert_allclose(captured(x, labels).item(), step(x, labels).item(), rtol=1e-5)
    for model in (net, twin):
        model.astype(np.float64)
    x = x.astype(np.float64)
    np.testing.assert_allclose(captured(x, labels).item(), step(x, labels).item(), rtol=1e-5)


def test_results_are_copies_and_gradients_stay_inside() -> None:
    net = networks()["linear"]()
    forward = zk.capture(lambda x: (net(x), {"twice": net(x) * 2}, "text", 3))
    (one, two) = (forward(zk.Tensor(x)) for x, _ in batches(2))
    assert not np.array_equal(one[0].data, two[0].data)
    np.testing.assert_allclose(one[1]["twice"].data, 2 * one[0].data, rtol=1e-6)
    assert one[2:] == ("text", 3)
    (_, _), (twin, captured) = twins(networks()["linear"], lambda n: optim.SGD(n))
    captured(*batches(1)[0])
    assert all(p.grad is None for p in twin.parameters())


def test_equal_runs_give_equal_bits() -> None:
    runs = []
    for _ in range(2):
        (_, _), (net, captured) = twins(networks()["residual"], lambda n: optim.Adam(n))
        for x, labels in batches_of_one_seed():
            captured(x, labels)
        runs.append(net.state_dict())
    for key in runs[0]:
        np.testing.assert_array_equal(runs[1][key], runs[0][key])


def test_several_threads_may_call() -> None:
    net = networks()["conv, relu, pool"]()
    forward = zk.capture(lambda x: net(x))
    given = [x for x, _ in batches(4)]
    want = [net(zk.Tensor(x)).data for x in given]
    got: list[Any] = [None] * 4

    def work(k: int) -> None:
        for _ in range(20):
            got[k] = forward(zk.Tensor(given[k])).data

    workers = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for own, expected in zip(got, want, strict=True):
        np.testing.assert_allclose(own, expected, rtol=1e-5, atol=1e-6)


def test_the_reference_kernels_run_the_step_itself() -> None:
    net = networks()["linear"]()
    x = batches(1)[0][0]
    with zk.use_kernels("reference"):
        assert zk.capture(lambda x: net(x))(zk.Tensor(x)).requires_grad


# ── what cannot be captured says so ──────────────────────────────────────────────────────────────────────────────────


def refused(step: Any, *args: Any) -> str:
    with pytest.raises(zk.CaptureError) as error:
        zk.capture(step)(*args)
    return str(error.value)


def test_looking_at_numbers_is_refused() -> None:
    x = zk.Tensor(np.ones(3, np.float32))
    assert "float" in refused(lambda x: x.sum().item(), x)
    assert "decide outside" in refused(lambda x: x if x.sum() > 1 else -x, x)
    asarray = np.asarray
    assert "return them" in refused(lambda x: asarray(x), x)


def test_what_differs_from_call_to_call_is_refused() -> None:
    rng = np.random.default_rng(0)
    x = zk.Tensor(np.ones(3, np.float32))
    assert "does the same each time" in refused(lambda x: x * zk.Tensor(rng.normal(size=3).astype("f")), x)


def test_gradients_from_before_are_refused() -> None:
    w = nn.Parameter(np.ones(3, np.float32))
    w.grad = np.ones(3, np.float32)

    def step(x: zk.Tensor) -> None:
        (w * x).sum().backward()

    assert "zero_grad" in refused(step, zk.Tensor(np.ones(3, np.float32)))


def test_an_optimizer_of_ones_own_is_refused() -> None:
    class Plain(optim.Optimizer):
        def step_array(self, array: Any, gradient: Any, state: Any) -> None:
            array -= self.lr * gradient

    net = networks()["linear"]()
    assert "Plain" in refused(training_step(net, Plain(net, 0.1)), *batches(1)[0])


def test_what_cannot_be_compared_is_refused_as_an_argument() -> None:
    assert "argument 1 is a set" in refused(lambda x, names: x, np.ones(3), {"a"})


def test_labels_out_of_range_are_an_error_in_every_replay() -> None:
    (_, _), (_, captured) = twins(networks()["linear"], lambda n: optim.SGD(n))
    x, labels = batches(1)[0]
    captured(x, labels)
    with pytest.raises(ValueError, match="between 0 and 9"):
        captured(x, labels + 100)


def test_what_is_no_step_is_refused_before_anything_is_recorded() -> None:
    with pytest.raises(TypeError, match=r"capture expects a function, as step = zk.capture\(step\); got 3"):
        zk.capture(3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="verify is True, False or None; got 'yes'"):
        zk.capture(len, verify="yes")  # type: ignore[arg-type]

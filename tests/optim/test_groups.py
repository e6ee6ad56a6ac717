"""Parts of the parameters with settings of their own: as PyTorch's groups, recorded, saved and resumed."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import zerokara as zk
from zerokara import data, nn, optim, training
from zerokara.autodiff import Tensor

X = np.random.default_rng(0).standard_normal((6, 3))
SETTINGS: dict[str, dict[str, Any]] = {
    "SGD": {"momentum": 0.5, "weight_decay": 0.1},
    "Adam": {"betas": (0.5, 0.9), "weight_decay": 0.1},
    "AdamW": {"weight_decay": 0.3, "eps": 1e-3},
    "RMSprop": {"alpha": 0.5},
}
LR = {"SGD": 0.1, "Adam": 0.1, "AdamW": 0.05, "RMSprop": 0.02}


@pytest.fixture
def compiled() -> Iterator[None]:
    """Steps are recorded with the compiled kernels only."""
    with zk.use_kernels("compiled"):
        yield


def net() -> Any:
    zk.manual_seed(0)
    return nn.Sequential(body=nn.Linear(3, 4, dtype=np.float64), act=nn.Tanh(), head=nn.Linear(4, 2, dtype=np.float64))


def learn(model: Any, optimizer: Any, steps: int = 4, *, recorded: bool = False) -> None:
    def step(x: Tensor) -> Tensor:
        y = model(x)
        loss = (y * y).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    run = zk.capture(step) if recorded else step
    for _ in range(steps):
        run(Tensor(X))


def numbers(model: Any) -> np.ndarray:
    return np.concatenate([p.data.ravel() for p in model.parameters()])


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("recorded", [False, True])
@pytest.mark.parametrize("family", zk.kernels.FAMILIES)
def test_parts_as_pytorch(name: str, recorded: bool, family: str) -> None:
    """The head has a rate and a setting of its own, the body those of the whole; and what is set later is followed."""
    torch = pytest.importorskip("torch")
    if family == "reference" and recorded:
        pytest.skip("the written step says it")
    model = net()
    theirs = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2)).double()
    theirs.load_state_dict(
        {k.replace("body", "0").replace("head", "2"): torch.tensor(v) for k, v in model.state_dict().items()}
    )
    own = dict([next(iter(SETTINGS[name].items()))])
    with zk.use_kernels(family):
        ours = getattr(optim, name)(
            [{"params": model.head.parameters(), "lr": 0.3, **own}, {"params": list(model.body.parameters())}],
            lr=LR[name],
        )
        peer = getattr(torch.optim, name)(
            [{"params": theirs[2].parameters(), "lr": 0.3, **own}, {"params": theirs[0].parameters()}], lr=LR[name]
        )
        for round_ in range(3):
            learn(model, ours, 2, recorded=recorded)
            for _ in range(2):
                peer.zero_grad()
                (theirs(torch.tensor(X)) ** 2).mean().backward()
                peer.step()
            for groups in (ours.param_groups, peer.param_groups):
                groups[0]["lr"] *= 0.5
                groups[1]["lr"] = 0.01 * (round_ + 1)
                groups[1]["weight_decay"] = 0.05
    wanted = np.concatenate(
        [theirs.state_dict()[k].numpy().ravel() for k in ("0.weight", "0.bias", "2.weight", "2.bias")]
    )
    np.testing.assert_allclose(numbers(model), wanted, rtol=1e-9)


@pytest.mark.usefixtures("compiled")
def test_one_recording_follows_the_rates() -> None:
    """A recorded step is told the rates anew at every replay."""
    ends = []
    for recorded in (False, True):
        model = net()
        optimizer = optim.Adam([{"params": model.head, "lr": 0.1}, {"params": model.body}], lr=0.01)

        def step(x: Tensor, model: Any = model, optimizer: Any = optimizer) -> Tensor:
            loss = (model(x) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss

        run = zk.capture(step) if recorded else step
        for k in range(8):
            if k == 3:
                optimizer.lr = 0.02
            if k == 5:
                optimizer.param_groups[0]["lr"] = 0.0
            if k == 6:
                optimizer.add_param_group({"params": [zk.Tensor(np.ones(2), requires_grad=True)]})
            run(Tensor(X))
        ends.append(numbers(model))
    np.testing.assert_allclose(ends[1], ends[0], rtol=1e-12)


def test_rates_keep_their_proportion() -> None:
    model = net()
    optimizer = optim.SGD([{"params": model.head, "lr": 0.3}, {"params": model.body}], lr=0.1)
    assert [g["lr"] for g in optimizer.param_groups] == [0.3, 0.1]
    optimizer.lr = 0.05
    assert [g["lr"] for g in optimizer.param_groups] == pytest.approx([0.15, 0.05], rel=1e-15)
    optimizer.lr = 0.0
    assert [g["lr"] for g in optimizer.param_groups] == [0, 0]
    optimizer.lr = 0.1
    assert [g["lr"] for g in optimizer.param_groups] == [0.3, 0.1]  # also after a rate of 0
    optimizer.param_groups[0]["lr"] = 0.7
    optimizer.lr = 0.2
    assert optimizer.param_groups[0]["lr"] == pytest.approx(1.4)


@pytest.mark.parametrize("name", SETTINGS)
def test_the_state_goes_round(name: str) -> None:
    def made(model: Any) -> Any:
        return getattr(optim, name)(
            [{"params": model.head, "lr": 0.3}, {"params": model.body}], lr=LR[name], **SETTINGS[name]
        )

    a, b = net(), net()
    first, second = made(a), made(b)
    learn(a, first)
    first.lr = LR[name] / 3
    first.param_groups[0]["lr"] = 0.123
    second.load_state_dict(first.state_dict())
    b.load_state_dict(a.state_dict())
    assert [g["lr"] for g in second.param_groups] == [g["lr"] for g in first.param_groups]
    for optimizer, model in ((first, a), (second, b)):
        optimizer.lr = LR[name] / 7
        learn(model, optimizer)
    np.testing.assert_array_equal(numbers(a), numbers(b))


@pytest.mark.usefixtures("compiled")
def test_a_training_with_parts_resumes_exactly(tmp_path: Any) -> None:
    split = data.Split(np.arange(40 * 16, dtype=np.uint8).reshape(40, 1, 4, 4), np.arange(40) % 3)

    def made() -> tuple[Any, Any, Any]:
        zk.manual_seed(1)
        model = nn.Sequential(flat=nn.Flatten(), body=nn.Linear(16, 5), act=nn.ReLU(), head=nn.Linear(5, 3))
        optimizer = optim.Momentum([{"params": model.head, "lr": 0.05}, {"params": model.body}], lr=0.01)
        return model, data.Loader(split, 8, seed=0), optimizer

    schedule = optim.StepLR(0.01, 7, 0.5)
    whole, stopped, resumed = made(), made(), made()
    list(training.fit(*whole, epochs=4, schedule=schedule))
    list(training.fit(*stopped, epochs=2, schedule=schedule, run_dir=tmp_path / "run"))
    list(training.fit(*resumed, epochs=4, schedule=schedule, run_dir=tmp_path / "run", resume=True))
    np.testing.assert_array_equal(numbers(resumed[0]), numbers(whole[0]))
    assert resumed[2].param_groups[0]["lr"] == whole[2].param_groups[0]["lr"] != 0.05
    other = made()
    rival = optim.Momentum([{"params": other[0].head, "lr": 0.07}, {"params": other[0].body}], lr=0.01)
    with pytest.raises(ValueError, match="other settings"):
        training.fit(other[0], other[1], rival, epochs=5, schedule=schedule, run_dir=tmp_path / "run", resume=True)


def test_one_group_shows_the_whole_optimizer() -> None:
    model = net()
    optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    (group,) = optimizer.param_groups
    assert (group["lr"], group["momentum"], len(group["params"])) == (0.1, 0.9, 4)
    group["lr"] = 0.2
    assert optimizer.lr == 0.2
    assert "ParamGroup(4 parameters, lr=0.2" in repr(group)
    for group in optimizer.param_groups:
        group["lr"] /= 2
    assert optimizer.lr == 0.1
    assert dict(group)["weight_decay"] == 0.0


def test_penalties_and_gradients_are_those_of_the_part() -> None:
    model = net()
    optimizer = optim.SGD([{"params": model.head, "weight_decay": 0.5}, {"params": model.body, "l1": 0.1}])
    (model(Tensor(X)) ** 2).sum().backward()
    w, v = model.head.weight, model.body.weight
    np.testing.assert_allclose(optimizer.gradient(w), w.grad + 0.5 * w.data)
    np.testing.assert_allclose(optimizer.gradient(v), v.grad + 0.1 * np.sign(v.data))
    sizes = sum(np.abs(p.data).sum() for p in model.body.parameters())
    squares = sum((p.data**2).sum() for p in model.head.parameters())
    assert optimizer.penalty() == pytest.approx(0.25 * squares + 0.1 * sizes)


def test_a_method_of_ones_own_has_parts_too() -> None:
    class SignSGD(optim.Optimizer):
        def step_array(self, array: np.ndarray, gradient: np.ndarray, state: Any) -> None:
            array -= self.lr * np.sign(gradient)

    model = net()
    before = numbers(model)
    learn(model, SignSGD([{"params": model.head, "lr": 0.5}, {"params": model.body}], lr=0.25), 1)
    moved = np.abs(numbers(model) - before)
    np.testing.assert_allclose(moved, [0.25] * 16 + [0.5] * 10)


def test_modules_with_the_same_names_are_told_apart() -> None:
    a, b = nn.Linear(2, 2), nn.Linear(2, 2)
    optimizer = optim.Adam([{"params": a}, {"params": b}])
    assert [name for name, _ in optimizer.named_parameters()] == ["weight", "bias", "1.weight", "1.bias"]


def shared() -> Iterator[dict[str, Any]]:
    layer = nn.Linear(2, 2)
    yield {"params": layer}
    yield {"params": [layer.bias]}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: optim.SGD([{"params": net(), "lrate": 0.1}]), "SGD has no setting 'lrate'; it has lr, momentum"),
        (lambda: optim.SGD(list(shared())), "is in two parts"),
        (lambda: optim.SGD([{"params": net()}, {"lr": 0.1}]), "number 1 is"),
        (lambda: optim.SGD([{"params": net()}, net()]), "number 1 is"),
        (lambda: optim.SGD([{"params": []}]), "no parameters to optimize"),
        (lambda: optim.SGD([{"params": net(), "lr": -1}]).param_groups, "lr is a number ≥ 0; got -1"),
        (lambda: optim.SGD(net()).param_groups[0].__setitem__("momentum", -1), "momentum is a number"),
        (lambda: optim.SGD(net()).param_groups[0]["momentun"], "no setting 'momentun'"),
    ],
)
def test_what_cannot_be_is_refused(make: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        make()


def test_a_state_with_other_parts_is_refused() -> None:
    model = net()
    parts = optim.SGD([{"params": model.head}, {"params": model.body}])
    with pytest.raises(ValueError, match="with 0 parts of parameters; this one has 2"):
        parts.load_state_dict(optim.SGD(model).state_dict())
    with pytest.raises(ValueError, match="with 2 parts of parameters; this one has 0"):
        optim.SGD(model).load_state_dict(parts.state_dict())

"""PyTorch's schedulers, step by step against PyTorch's own; and that they go on from a saved state."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import zerokara as zk
from zerokara import data, nn, optim, training
from zerokara.autodiff import Tensor

SCHEDULERS: dict[str, dict[str, Any]] = {
    "StepLR": {"step_size": 3, "gamma": 0.5},
    "MultiStepLR": {"milestones": [2, 5, 5, 9], "gamma": 0.3},
    "ExponentialLR": {"gamma": 0.9},
    "LinearLR": {"start_factor": 0.25, "end_factor": 0.75, "total_iters": 4},
    "LambdaLR": {"lr_lambda": lambda k: 1 / (1 + k)},
    "CosineAnnealingLR": {"T_max": 7, "eta_min": 0.01},
    "OneCycleLR": {"max_lr": 0.4, "total_steps": 20, "cycle_momentum": False},
}


def parts(momentum: float = 0.0) -> tuple[Any, Any]:
    torch = pytest.importorskip("torch")
    ours = optim.SGD(
        [{"params": [Tensor(np.zeros(1), requires_grad=True)], "lr": 0.3}, {"params": [Tensor(np.zeros(2))]}], lr=0.1
    )
    theirs = torch.optim.SGD(
        [{"params": [torch.zeros(1, requires_grad=True)], "lr": 0.3}, {"params": [torch.zeros(2)]}], lr=0.1
    )
    return ours, theirs


def rates(scheduler: Any) -> list[float]:
    return [float(rate) for rate in scheduler.get_last_lr()]


@pytest.mark.parametrize("name", SCHEDULERS)
@pytest.mark.filterwarnings("ignore:Detected call of `lr_scheduler.step")
def test_the_rates_are_pytorchs(name: str) -> None:
    """Two parts with rates of their own, 18 steps: also beyond T_max, where the cosine climbs again."""
    torch = pytest.importorskip("torch")
    ours, theirs = parts()
    a = getattr(optim.lr_scheduler, name)(ours, **SCHEDULERS[name])
    b = getattr(torch.optim.lr_scheduler, name)(theirs, **SCHEDULERS[name])
    for _ in range(18):
        assert rates(a) == pytest.approx(rates(b), rel=1e-9, abs=1e-15)
        assert [g["lr"] for g in ours.param_groups] == rates(a)
        theirs.step()
        a.step()
        b.step()
    assert ours.lr == pytest.approx(rates(a)[1], rel=1e-12)  # the part without a rate has that of the whole


@pytest.mark.parametrize("name", SCHEDULERS)
def test_a_saved_scheduler_goes_on(name: str) -> None:
    def made() -> Any:
        optimizer = optim.SGD([Tensor(np.zeros(1), requires_grad=True)], lr=0.1)
        return getattr(optim.lr_scheduler, name)(optimizer, **SCHEDULERS[name])

    a, b = made(), made()
    for _ in range(5):
        a.step()
    b.optimizer.load_state_dict(a.optimizer.state_dict())
    b.load_state_dict(a.state_dict())
    for _ in range(5):
        assert rates(b) == rates(a)
        a.step()
        b.step()


def test_a_factor_for_each_part() -> None:
    ours, _ = parts()
    scheduler = optim.lr_scheduler.LambdaLR(ours, [lambda k: 1.0, lambda k: 0.5**k])
    scheduler.step()
    scheduler.step()
    assert rates(scheduler) == pytest.approx([0.3, 0.025])


@given(
    losses=st.lists(st.floats(-2, 2, allow_nan=False), min_size=1, max_size=30),
    mode=st.sampled_from(["min", "max"]),
    threshold_mode=st.sampled_from(["rel", "abs"]),
    patience=st.integers(0, 3),
    cooldown=st.integers(0, 2),
)
def test_plateau_as_pytorch(losses: list[float], mode: str, threshold_mode: str, patience: int, cooldown: int) -> None:
    torch = pytest.importorskip("torch")
    ours, theirs = parts()
    settings = {
        "mode": mode, "factor": 0.5, "patience": patience, "threshold": 0.1, "threshold_mode": threshold_mode,
        "cooldown": cooldown, "min_lr": 0.02, "eps": 1e-3,
    }  # fmt: skip
    a = optim.lr_scheduler.ReduceLROnPlateau(ours, **settings)  # type: ignore[arg-type]
    b = torch.optim.lr_scheduler.ReduceLROnPlateau(theirs, **settings)
    for k, loss in enumerate(losses):
        if k == len(losses) // 2:
            again = optim.lr_scheduler.ReduceLROnPlateau(ours, **settings)  # type: ignore[arg-type]
            again.load_state_dict(a.state_dict())
            a = again
        a.step(loss)
        b.step(loss)
        assert [g["lr"] for g in ours.param_groups] == pytest.approx([g["lr"] for g in theirs.param_groups], rel=1e-12)


def test_a_plateau_takes_the_records_of_fit() -> None:
    split = data.Split(np.arange(24 * 4, dtype=np.uint8).reshape(24, 1, 2, 2), np.arange(24) % 3)
    model = nn.Sequential(nn.Flatten(), nn.Linear(4, 3))
    optimizer = optim.SGD(model, lr=0.1)
    plateau = optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=0, threshold=math.inf, threshold_mode="abs")
    seen = []
    for record in training.fit(model, data.Loader(split, 8), optimizer, epochs=4):
        if record.kind == "epoch":
            plateau.step(record.loss)
            seen.append(optimizer.lr)
    assert seen == pytest.approx([0.1, 0.01, 0.001, 0.0001])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda o: optim.lr_scheduler.StepLR(nn.Linear(1, 1), 3), "StepLR expects an optimizer; got a Linear"),
        (lambda o: optim.lr_scheduler.StepLR(o, 0), "step_size of at least 1; got 0"),
        (lambda o: optim.lr_scheduler.OneCycleLR(o, 0.1, 10), "say cycle_momentum=False"),
        (lambda o: optim.lr_scheduler.OneCycleLR(o, 0.1, cycle_momentum=False), "total_steps, or epochs and"),
        (lambda o: optim.lr_scheduler.OneCycleLR(o, 0.1, 1, cycle_momentum=False).step(), "step no more"),
        (lambda o: optim.lr_scheduler.ReduceLROnPlateau(o, "least"), "'min' or 'max'; got 'least'"),
        (lambda o: optim.lr_scheduler.ReduceLROnPlateau(o, factor=1.0), "from 0 up to but not 1"),
        (lambda o: optim.lr_scheduler.ExponentialLR(o, 0.9)(3), "give fit a schedule"),
        (lambda o: optim.lr_scheduler.LRScheduler(o), "has no rate_after"),
    ],
)
def test_what_cannot_be_is_refused(make: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError, NotImplementedError), match=message):
        make(optim.SGD([Tensor(np.zeros(1), requires_grad=True)]))


def test_a_scheduler_is_stepped_outside_of_a_recorded_step() -> None:
    """Inside, it would count once, while recording, and never again."""
    w = Tensor(np.ones(1), requires_grad=True)
    scheduler = optim.lr_scheduler.ExponentialLR(optim.SGD([w], lr=0.1), 0.5)
    plateau = optim.lr_scheduler.ReduceLROnPlateau(scheduler.optimizer)
    with zk.use_kernels("compiled"):
        for stepped in (scheduler.step, lambda: plateau.step(1.0)):
            with pytest.raises(zk.CaptureError, match="call its step\\(\\) outside"):
                zk.capture(lambda x, stepped=stepped: (stepped(), x * 2)[1])(Tensor(np.ones(2)))
    assert scheduler.last_epoch == plateau.last_epoch == 0


def test_fit_says_what_it_wants_instead_of_a_scheduler() -> None:
    split = data.Split(np.zeros((8, 1, 2, 2), np.uint8), np.zeros(8, int))
    model = nn.Sequential(nn.Flatten(), nn.Linear(4, 3))
    optimizer = optim.SGD(model, lr=0.1)
    scheduler = optim.lr_scheduler.StepLR(optimizer, 2)
    with pytest.raises(TypeError, match="give fit a schedule"):
        list(training.fit(model, data.Loader(split, 8), optimizer, epochs=1, schedule=scheduler))

"""Laws of the steered training: it is `fit`; rewound and gone on it is as if never rewound; branches part where they part."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.sweeps import sweep
from zerokara import functional as F
from zerokara import optim
from zerokara.autodiff import Tensor, no_grad
from zerokara.data import Loader
from zerokara.kernels import use_kernels
from zerokara.studio.plane import account, snapshots
from zerokara.studio.plane.data import Choice, as_split
from zerokara.studio.plane.network import FEATURES, Layers
from zerokara.studio.plane.picture import Show, picture
from zerokara.studio.plane.plan import LOSSES, Live, Plan
from zerokara.studio.plane.steering import Steered
from zerokara.studio.plane.surfaces import COARSE, GRID, grid, measured, surfaces
from zerokara.training.fit import fit

XOR = Choice("xor", 120, 0.05, seed=1)
PLANS = {
    "sgd": Plan(live=Live(data=XOR)),
    "momentum": Plan(optimizer="momentum", live=Live(data=XOR, momentum=0.8, weight_decay=1e-3)),
    "adam": Plan(optimizer="adam", live=Live(data=XOR, lr=0.01)),
    "dropout": Plan(live=Live(data=XOR, dropout=0.3)),
    "norm": Plan(Layers(((6, "relu"), (4, "tanh")), batch_norm=True), live=Live(data=XOR, batch=12)),
    "numbers": Plan(Layers(((7, "silu"),), ("x", "y", "xy")), live=Live(data=Choice("function", 100))),
}
"""Every kind of state that a step may depend on: none, velocities, counters, generators, running statistics."""

every_plan = pytest.mark.parametrize("name", sweep(PLANS, ["adam", "norm"]))


def same(one: Steered, other: Steered) -> None:
    assert one.step == other.step
    for name, array in one.weights.items():
        np.testing.assert_array_equal(array, other.weights[name], err_msg=name)
    for name, state in one.optimizer.state.items():
        for key, array in state.items():
            np.testing.assert_array_equal(array, other.optimizer.state[name][key], err_msg=f"{name} {key}")


def gone(plan: Plan, *counts: int) -> Steered:
    training = Steered(plan)
    for count in counts:
        assert training.update(count) == count
    return training


@pytest.fixture(autouse=True)
def close_snapshots(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "EVERY", 16)


@pytest.mark.parametrize("name", ["sgd", "adam", "norm"])
def test_it_is_fit(name: str) -> None:
    """Weights and losses of so many updates are those of `fit` on the same network, data and seed, bit for bit."""
    plan = PLANS[name]
    steered = gone(plan, 1, 20, 9)
    train, _ = plan.live.data.draw()
    model = plan.layers.build(2, plan.seed)
    optimizer = optim.optimizer_by_name(plan.optimizer, model, lr=plan.live.lr, decay="weights")
    loader = Loader(as_split(train, plan.layers.features), plan.live.batch, seed=plan.seed)
    losses = []
    for record in fit(model, loader, optimizer, epochs=100, loss=F.cross_entropy):
        if record.kind == "step":
            losses.append(record.loss)
            if record.step == 30:
                break
    np.testing.assert_array_equal(steered.curve.losses, np.float32(losses))
    for key, array in model.state_dict().items():
        np.testing.assert_array_equal(steered.weights[key], array)


@every_plan
def test_rewound_and_gone_on_is_never_rewound(name: str) -> None:
    straight, rewound = gone(PLANS[name], 100), gone(PLANS[name], 70)
    before = rewound.curve.losses.copy()
    for step in (41, 0, 16, 70, 3):
        rewound.go_to(step)
        same(rewound, gone(PLANS[name], *([step] if step else [])))
    np.testing.assert_array_equal(rewound.curve.losses, before)
    rewound.update(97)
    same(rewound, straight)
    np.testing.assert_array_equal(rewound.curve.losses, straight.curve.losses)
    np.testing.assert_array_equal(rewound.curve.tests, straight.curve.tests)


CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("sgd", {"lr": 0.2}),
    ("sgd", {"momentum": 0.9}),
    ("momentum", {"momentum": 0.0}),
    ("momentum", {"weight_decay": 0.1}),
    ("adam", {"l1": 0.01}),
    ("sgd", {"dropout": 0.4}),
    ("dropout", {"dropout": 0.0}),
    ("sgd", {"batch": 7}),
    ("norm", {"data": replace(XOR, own=((0.1, 0.1, 1.0),) * 12)}),
]


@pytest.mark.parametrize(("name", "change"), sweep(CHANGES, CHANGES[4:7]))
def test_a_change_is_a_mark_that_is_computed_again_in_its_place(name: str, change: dict[str, Any]) -> None:
    changed, plain = gone(PLANS[name], 23), gone(PLANS[name], 60)
    changed.change(**change)
    changed.update(37)
    assert [mark.step for mark in changed.marks] == [23]
    assert any(np.any(a != plain.weights[key]) for key, a in changed.weights.items())  # it does something
    end, losses = {key: a.copy() for key, a in changed.weights.items()}, changed.curve.losses.copy()
    changed.go_to(20)
    same(changed, gone(PLANS[name], 20))
    changed.go_to(60)  # through the mark again
    for key, array in changed.weights.items():
        np.testing.assert_array_equal(array, end[key])
    np.testing.assert_array_equal(changed.curve.losses, losses)
    assert len(changed.curve) == 60


@pytest.mark.parametrize(("name", "change"), CHANGES[:4])
def test_a_branch_is_another_only_after_the_change(name: str, change: dict[str, Any]) -> None:
    trunk, branch = gone(PLANS[name], 60), gone(PLANS[name], 60)
    branch.go_to(30)
    branch.change(**change)
    branch.update(30)
    np.testing.assert_array_equal(branch.curve.losses[:31], trunk.curve.losses[:31])  # a loss is told before its update
    assert np.any(branch.curve.losses[31:] != trunk.curve.losses[31:])
    np.testing.assert_array_equal(branch.branches[-1].losses, trunk.curve.losses)
    branch.go_to(30)
    trunk.go_to(30)
    np.testing.assert_array_equal(branch.weights["out.weight"], trunk.weights["out.weight"])


EVERYTHING = Show(unit=(1, 0), look=True, bend=(1, 0, 1), glass=3)


@every_plan
def test_looking_disturbs_nothing(name: str) -> None:
    """With every picture, probe, account and step under the glass, and without: the same bits."""
    looked, plain = Steered(PLANS[name]), gone(PLANS[name], 40)
    for count in (1, 1, 6, 8, 8, 16):
        looked.update(count)
        picture(looked, EVERYTHING)
        account.told(looked, {"layer": 1, "number": 0, "at": [0.3, 0.4]})
    same(looked, plain)
    np.testing.assert_array_equal(looked.curve.losses, plain.curve.losses)
    assert looked.marks == []


def test_surfaces_are_the_networks_answers() -> None:
    training = gone(PLANS["norm"], 30)
    shown = surfaces(training)
    assert shown.answer.shape == (GRID, GRID, 2)
    assert [maps.shape for maps in shown.units] == [(6, COARSE, COARSE), (4, COARSE, COARSE)]
    np.testing.assert_allclose(shown.answer.sum(axis=2), 1, atol=1e-5)
    points = grid()
    np.testing.assert_allclose(points[0], [-1.484375, 1.484375])  # the first cell is at the top left
    training.model.eval()
    x = np.stack([FEATURES[name](points[:, 0], points[:, 1]) for name in ("x", "y")], axis=1)
    w = training.weights
    for k, units in ((1, shown.units[0]), (2, shown.units[1])):
        z = x @ w[f"fc{k}.weight"].T + w[f"fc{k}.bias"]
        z = (z - w[f"norm{k}.running_mean"]) / np.sqrt(w[f"norm{k}.running_var"] + 1e-5)
        z = z * w[f"norm{k}.weight"] + w[f"norm{k}.bias"]
        x = np.maximum(z, 0) if k == 1 else np.tanh(z)
        at = x.reshape(GRID, GRID, -1)[1::3, 1::3]
        np.testing.assert_allclose(np.moveaxis(at, 2, 0), units, atol=1e-5)


def test_a_training_that_diverges_says_so_and_can_go_back() -> None:
    training = Steered(replace(PLANS["numbers"], live=replace(PLANS["numbers"].live, lr=50.0)))
    training.update(2000)
    assert "became" in training.stopped
    assert training.update(5) == 0
    end = len(training.curve)
    training.go_to(1)
    assert training.stopped == ""
    training.change(lr=0.01)
    assert training.update(50) == 50
    assert end > 0


def test_snapshots_keep_within_their_limit_and_rewinding_stays_exact() -> None:
    training = Steered(PLANS["adam"])
    training.ring.limit = 12 * training.ring.before(0)[1].size * 2
    training.update(1500)
    assert len(training.ring) < 60
    assert training.ring.steps[0] == 0
    training.go_to(777)
    same(training, gone(PLANS["adam"], 777))


def test_without_points_there_is_nothing_to_do_until_some_come() -> None:
    training = Steered(Plan(live=Live(data=Choice("own"))))
    assert training.update(5) == 0
    training.change(data=Choice("own", own=((0.0, 0.5, 1.0), (0.5, 0.0, 0.0))))
    assert training.update(5) == 5


def test_xor_is_learned_whole() -> None:
    training = gone(Plan(optimizer="adam", live=Live(data=Choice("xor", 200, 0.0), lr=0.02)), 2000)
    assert measured(training)["train"][1] == 1.0


@pytest.mark.parametrize(
    "wrong", [{"lr": 0.0}, {"lr": float("nan")}, {"momentum": 1.0}, {"batch": 0}, {"weight_decay": -1}]
)
def test_settings_that_cannot_be_change_nothing(wrong: dict[str, float]) -> None:
    training = gone(PLANS["sgd"], 3)
    with pytest.raises(ValueError, match="got"):
        training.change(**wrong)
    assert training.marks == []
    with pytest.raises(ValueError, match="parameters"):
        Layers(((600, "relu"), (600, "relu")))


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("batch_norm", [False, True])
def test_what_is_measured_by_a_recording_is_the_written_loss(loss: str, batch_norm: bool) -> None:
    """Of every loss, with layers that learn otherwise than they answer, and for two numbers of points.

    The textbook's kernels give it up to rounding.
    """
    of_numbers, written = LOSSES[loss]
    data = Choice("function" if of_numbers else "gaussians", 100, 0.1, 0.7, 2 if of_numbers else 3, 0)
    plan = Plan(Layers(((5, "tanh"),), batch_norm=batch_norm), "adam", 0, Live(data, dropout=0.2), loss=loss)
    training = Steered(plan)
    training.update(9)
    told = measured(training)
    for name, points in (("train", training.train), ("test", training.test)):
        split = as_split(points, plan.layers.features)
        training.model.eval()
        with no_grad(), use_kernels("reference"):
            plain = float(written(training.model(Tensor(split.images)), split.labels).item())
        training.model.train()
        assert told[name][0] == pytest.approx(plain, rel=1e-5)

"""Laws of what a hand does to a training: typed and locked weights, points, schedules, two networks in step."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.studio.plane.test_steering import PLANS, XOR, every_plan, gone, same
from tests.sweeps import sweep
from zerokara.autodiff import Tensor
from zerokara.optim import SCHEDULES, schedule_by_name
from zerokara.studio.plane.bend import bent, lattice
from zerokara.studio.plane.compare import KNOBS, Pair
from zerokara.studio.plane.curve import Curve
from zerokara.studio.plane.data import Choice
from zerokara.studio.plane.network import Layers
from zerokara.studio.plane.plan import LOSSES, Live, Plan, journal, marks_of
from zerokara.studio.plane.steering import Steered
from zerokara.studio.plane.surfaces import hidden

W = ("fc1.weight", (2, 1))


@pytest.mark.parametrize("name", ["sgd", "adam", "norm"])
def test_a_typed_weight_that_is_taken_back_was_never_typed(name: str) -> None:
    training, plain = gone(PLANS[name], 23), gone(PLANS[name], 60)
    old = training.value(W)
    training.change({W: 1.5})
    assert training.value(W) == 1.5
    assert [edit.after for edit in training.marks[-1].edits] == [1.5]
    training.change({W: old})
    assert training.marks == []
    training.update(37)
    same(training, plain)


def test_a_typed_weight_is_typed_again_on_the_way() -> None:
    training = gone(PLANS["adam"], 23)
    training.change({W: 1.5, ("out.bias", (0,)): -2.0})
    training.update(30)
    end = training.weights
    for step in (10, 53, 23, 53):
        training.go_to(step)
    np.testing.assert_array_equal(training.weights["fc1.weight"], end["fc1.weight"])
    training.go_to(23)
    assert training.value(W) == 1.5
    training.go_to(22)
    assert training.value(W) != 1.5


@pytest.mark.parametrize("name", ["momentum", "adam", "dropout", "norm"])
def test_a_locked_weight_stays_and_the_others_learn(name: str) -> None:
    training, plain = gone(PLANS[name], 20), gone(PLANS[name], 60)
    value = training.value(W)
    training.change(held=(W,))
    for _ in range(4):
        training.update(10)
        assert training.value(W) == value
    assert np.any(training.weights["out.weight"] != plain.weights["out.weight"])
    end = training.weights
    training.go_to(7)
    training.go_to(60)
    np.testing.assert_array_equal(training.weights["fc1.weight"], end["fc1.weight"])
    training.change(held=())
    training.update(1)
    assert training.value(W) != value


def test_a_locked_weight_that_is_typed_keeps_what_was_typed() -> None:
    training = gone(PLANS["adam"], 5)
    training.change(held=(W,))
    training.change({W: 0.25})
    training.update(20)
    assert training.value(W) == 0.25


@pytest.mark.parametrize("change", [{"lr": 0.3}, {"batch": 7}, {"data": replace(XOR, own=((0.1, 0.1, 1.0),))}])
def test_changes_at_one_step_are_one_mark(change: dict[str, Any]) -> None:
    """What is changed back leaves none, unless an epoch has ended for it; the journal makes the same training."""
    plan = PLANS["sgd"]
    training = gone(plan, 23)
    training.change(**change)
    training.change(**{name: getattr(plan.live, name) for name in change})
    assert len(training.marks) == ("lr" not in change)
    training.change(lr=0.5)
    assert len(training.marks) == 1
    training.update(20)
    told = journal(plan.live, training.marks)
    again = Steered(plan, marks_of(plan.live, told))
    again.reach(43)
    same(training, again)
    assert again.marks == training.marks


def test_marks_at_the_beginning_and_points_that_are_taken_away() -> None:
    plan = PLANS["sgd"]
    training = Steered(plan)
    training.change(data=replace(XOR, gone=(0, 5), own=((0.5, 0.5, 0.0),)))
    assert len(training.train) == round(XOR.count * XOR.share) - 2 + 1
    np.testing.assert_array_equal(training.train.xy[0], XOR.draw()[0].xy[1])
    training.update(30)
    again = Steered(plan, marks_of(plan.live, journal(plan.live, training.marks)))
    again.reach(30)
    same(training, again)
    training.go_to(0)
    training.go_to(30)
    same(training, again)
    with pytest.raises(ValueError, match="numbered"):
        Choice("xor", 100, gone=(99,))


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_is_the_rate_of_every_update(name: str) -> None:
    """Plain SGD without penalties: what an update moved is rate · gradient; the hand scales the whole schedule."""
    plan = replace(PLANS["sgd"], schedule=name, horizon=50)
    training = Steered(plan)
    rate = schedule_by_name(name, plan.live.lr, 50)
    for step in range(0, 60, 7):
        training.reach(step)
        assert training.rate(step) == pytest.approx(rate(step))
        assert training.next_batch() is not None
        training.update(1)
        assert training.optimizer.lr == pytest.approx(rate(step))
    training.change(lr=2 * plan.live.lr)
    assert training.rate(3) == pytest.approx(2 * rate(3))
    training.go_to(5)
    straight = Steered(plan)
    straight.reach(5)
    same(training, straight)


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_is_learned_by(name: str) -> None:
    data = Choice("function", 100) if LOSSES[name][0] else XOR
    training = Steered(Plan(optimizer="adam", loss=name, live=Live(data=data, lr=0.02)))
    training.update(400)
    losses = training.curve.losses
    assert losses[-50:].mean() < 0.7 * losses[:50].mean()
    with pytest.raises(ValueError, match="losses for these data"):
        replace(training.plan, loss="mse" if not data.regression else "brier")


def test_the_brier_score_is_that_of_its_definition() -> None:
    rng = np.random.default_rng(0)
    z, t = rng.standard_normal((5, 3)), np.array([0, 2, 1, 1, 0])
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    expected = np.mean(np.sum((p - np.eye(3)[t]) ** 2, axis=1))
    assert LOSSES["brier"][1](Tensor(z), t).item() == pytest.approx(expected)


@every_plan
def test_two_without_a_change_are_one(name: str) -> None:
    plan = PLANS[name]
    pair = Pair(Steered(plan), "lr", plan.live.lr)
    for _ in range(3):
        pair.update(9)
    pair.first.change(weight_decay=0.01)
    pair.follow()
    pair.update(20)
    same(pair.first, pair.second)
    assert pair.difference().max() == 0
    pair.go_to(11)
    same(pair.first, pair.second)
    pair.update(5)  # a branch
    pair.follow()
    same(pair.first, pair.second)


VALUES = {
    "optimizer": "sgd", "schedule": "cosine", "loss": "brier", "activation": "relu", "batch_norm": True, "init": "he",
    "lr": 0.3, "momentum": 0.5, "weight_decay": 0.1, "l1": 0.01, "dropout": 0.2, "batch": 12,
}  # fmt: skip


@pytest.mark.parametrize("knob", sweep(KNOBS, ["lr", "dropout", "batch_norm", "loss"]))
def test_one_knob_makes_a_difference(knob: str) -> None:
    plan = PLANS["momentum" if knob == "momentum" else "adam"]
    pair = Pair(Steered(plan), knob, VALUES[knob])
    begins_alike = knob not in ("activation", "batch_norm", "init")
    assert (pair.difference().max() == 0) == begins_alike  # the same seed: the same beginning
    pair.update(20)
    assert 0 < pair.difference().max() <= 1
    assert pair.first.step == pair.second.step == 20
    same(pair.first, gone(plan, 20))


def test_the_second_follows_every_hand_but_its_own_knob() -> None:
    pair = Pair(Steered(PLANS["adam"]), "lr", 0.3)
    pair.update(10)
    pair.first.change({W: 1.0}, lr=0.05, data=replace(XOR, own=((0.0, 0.5, 1.0),)))
    pair.follow()
    assert (pair.second.live.lr, pair.first.live.lr, len(pair.second.train)) == (0.3, 0.05, len(pair.first.train))
    assert pair.second.value(W) == 1.0
    pair.update(10)
    second = pair.second
    pair.go_to(4)
    assert pair.second is second  # nothing had to be made anew


def test_a_curve_is_thinned_the_same_however_it_grew() -> None:
    rng = np.random.default_rng(1)
    grown, whole = Curve(), Curve()
    for step in range(1, 1301):
        values = float(rng.random()), float(rng.random())
        grown.add(step, *values)
        whole.add(step, *values)
        if step % 37 == 0:
            grown.thinned(50)
    thin = grown.thinned(50)
    np.testing.assert_array_equal(thin, whole.thinned(50))
    assert len(thin) <= 50
    width = int(thin[0, 0])
    for k, (end, least, greatest, mean) in enumerate(thin):
        part = whole.losses[k * width : int(end)]
        assert (least, greatest) == (part.min(), part.max())
        assert mean == pytest.approx(whole.accuracies[k * width : int(end)].mean(), rel=1e-5)
    assert thin[-1, 0] == 1300


def test_the_bent_plane_is_what_the_units_see() -> None:
    training = gone(Plan(Layers(((4, "identity"), (3, "tanh")), init="xavier"), live=Live(data=XOR)), 10)
    found = bent(training, 1, 3, 0)
    w, b = training.weights["fc1.weight"], training.weights["fc1.bias"]
    np.testing.assert_allclose(found.lines, (lattice() @ w.T + b)[..., [3, 0]], atol=1e-5)  # straight lines stay so
    deeper = bent(training, 2, 0, 2)
    np.testing.assert_allclose(deeper.points, hidden(training, training.train.xy)[1][:, [0, 2]], atol=1e-6)
    assert deeper.lines.shape == lattice().shape
    for wrong in ((0, 0, 1), (3, 0, 1), (2, 0, 3), (1, -1, 0)):
        with pytest.raises(ValueError, match="units"):
            bent(training, *wrong)

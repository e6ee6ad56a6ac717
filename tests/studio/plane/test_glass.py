"""The step under the glass is the step that comes: its change bit for bit, its values and gradients up to rounding."""

from dataclasses import replace

import numpy as np
import pytest

from tests.studio.plane.test_steering import PLANS, every_plan, gone, same
from tests.sweeps import sweep
from zerokara import optim
from zerokara.studio.plane.data import Choice
from zerokara.studio.plane.glass import PHASES, glass
from zerokara.studio.plane.picture import Show, picture
from zerokara.studio.plane.plan import Live, Plan
from zerokara.studio.plane.steering import Steered


@every_plan
@pytest.mark.parametrize("steps", sweep([0, 1, 11], [0, 11]))
def test_the_halves_put_together_are_one_update(name: str, steps: int) -> None:
    """Looked at in every phase, then made: as if it was never looked at. Its gradients make the same update."""
    training, plain = gone(PLANS[name], *([steps] if steps else [])), gone(PLANS[name], steps + 1)
    before = training.weights
    for phase in range(len(PHASES)):
        picture(training, Show(glass=phase))
    found = glass(training)
    assert found is not None
    assert len(training.curve) == training.step == steps
    of = {knot.name: knot for knot in found.knots if knot.kind == "parameter"}
    by_hand = Steered(PLANS[name])
    by_hand.reach(steps)
    for key, p in by_hand.model.named_parameters():
        p.grad = np.asarray(of[key].gradient)
    by_hand.optimizer.step()
    training.update(1)
    same(training, plain)
    assert found.loss == pytest.approx(training.curve.losses[steps], rel=1e-5)
    for key, p in training.model.named_parameters():
        np.testing.assert_array_equal(p.data - before[key], of[key].change, err_msg=key)
        expected = dict(by_hand.model.named_parameters())[key].data
        np.testing.assert_allclose(p.data, expected, rtol=1e-3, atol=2e-5, err_msg=key)


@pytest.mark.parametrize("optimizer", optim.OPTIMIZERS)
def test_every_optimizers_update_is_shown(optimizer: str) -> None:
    training = gone(replace(PLANS["sgd"], optimizer=optimizer, schedule="cosine", horizon=40), 7)
    training.change(held=(("out.weight", (0, 0)),), weight_decay=0.01)
    found, before = glass(training), training.weights
    assert found is not None
    training.update(1)
    for knot in found.knots:
        if knot.change is not None:
            np.testing.assert_array_equal(training.weights[knot.name] - before[knot.name], knot.change)
            assert np.any(knot.change)
    assert next(k for k in found.knots if k.name == "out.weight").change[0, 0] == 0  # type: ignore[index]


def test_its_sums_hold_and_its_numbers_are_calculus() -> None:
    """Every linear layer's sums agree in float64; the gradient of a weight is a difference quotient of the loss."""
    training = gone(PLANS["adam"], 9)
    found = glass(training)
    assert found is not None
    assert {check.kind for check in found.checks} == {"value", "weight", "bias"}
    assert all(check.holds for check in found.checks)
    assert found.knots[-1].kind == "loss"
    x, labels = training.next_batch() or (None, None)
    (given,) = [knot for knot in found.knots if knot.kind == "input"]
    np.testing.assert_array_equal(given.value, x)
    w = {key: a.astype(float) for key, a in training.weights.items()}

    def loss() -> float:
        h = np.asarray(x, float)
        for k in (1, 2):
            h = np.tanh(h @ w[f"fc{k}.weight"].T + w[f"fc{k}.bias"])
        z = h @ w["out.weight"].T + w["out.bias"]
        z -= z.max(axis=1, keepdims=True)
        return float(-np.mean((z - np.log(np.exp(z).sum(axis=1, keepdims=True)))[np.arange(len(z)), labels]))

    assert found.loss == pytest.approx(loss(), rel=1e-5)
    for knot in found.knots:
        if knot.kind == "parameter":
            at = (0,) * knot.value.ndim
            sides = []
            for h in (1e-5, -1e-5):
                w[knot.name][at] += h
                sides.append(loss())
                w[knot.name][at] -= h
            assert knot.gradient is not None
            assert knot.gradient[at] == pytest.approx((sides[0] - sides[1]) / 2e-5, rel=1e-3, abs=1e-6)
    assert all(knot.formula for knot in found.knots if knot.rule)


def test_without_a_next_update_there_is_nothing_to_see() -> None:
    assert glass(Steered(Plan(live=Live(data=Choice("own"))))) is None

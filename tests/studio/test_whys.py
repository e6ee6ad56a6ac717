"""Each sign shows where it is known to be, and stays away where it must not be told."""

from dataclasses import replace

import numpy as np
import pytest

from tests.studio.small import Points, Spec, Training, drawn
from zerokara import kernels
from zerokara.experiments.catalogue import EXPERIMENTS
from zerokara.studio.probe import probe
from zerokara.studio.whys import SIGNS, Evidence, whys
from zerokara.training import Diverged


@pytest.fixture(autouse=True, scope="module")
def _plain_kernels():  # type: ignore[no-untyped-def]
    with kernels.use_kernels("reference"):
        yield


def evidence(t: Training, steps: int) -> Evidence:
    """What a page would know after so many steps."""
    diverged, before = None, t.model.state_dict()
    try:
        if steps > 1:
            t.play(steps - 1)
        before = t.model.state_dict()
        if steps:
            t.play(1)
    except Diverged as error:
        diverged = error
    found = probe(t.model, t.points.points, t.points.labels, t.loss, before if steps else None)
    return Evidence(
        probe=found,
        losses=t.losses,
        batch_is_all=t.spec.batch >= len(t.points.points),
        classes=t.points.classes,
        steps_an_epoch=max(-(-len(t.points.points) // t.spec.batch), 1),
        accuracy=float(np.mean(t.accuracies[-50:])) if t.losses and t.points.classes else None,
        linear=not t.spec.units or set(t.spec.activations) == {"identity"},
        diverged=diverged,
    )


def signs(e: Evidence) -> set[str]:
    return {why.sign for why in whys(e)}


MOONS, XOR, CIRCLES = drawn("moons", 200), drawn("xor", 200), drawn("circles", 200)

HEALTHY = {
    "tanh": (Spec(), MOONS, 200),
    "relu": (Spec(units=(16, 16), activations=("relu",), init="he", lr=0.05), drawn("spirals", 300), 300),
    "adam": (Spec(units=(8, 8), activations=("gelu",), optimizer="adam", lr=0.01), CIRCLES, 300),
    "momentum": (Spec(units=(8,), momentum=0.9, optimizer="momentum", lr=0.02), drawn("gaussians", 200), 200),
    "ten classes": (Spec(units=(24, 24), optimizer="adam", lr=0.005), drawn("clouds", 300), 300),
    "regression": (Spec(units=(16,), lr=0.05), drawn("hills", 200), 300),
    "linear, and that is enough": (Spec(units=()), drawn("gaussians", 200), 300),
    "five layers with batch norm": (Spec(units=(8,) * 5, batch_norm=True, lr=0.05), MOONS, 200),
    "all at once": (Spec(units=(8,), batch=200, lr=0.1), MOONS, 150),
}  # fmt: skip

SICK = {
    "diverged": (Spec(activations=("relu",), lr=1e5), drawn("hills", 60), 300),
    "vanishing": (Spec(units=(8,) * 10, activations=("sigmoid",)), MOONS, 20),
    "exploding": (Spec(units=(32,) * 16, init=1.5, lr=0.0, batch=200), MOONS, 1),
    "dead units": (Spec(units=(16,), activations=("relu",), lr=0.1), Points(MOONS.points, MOONS.labels, 2), 1),
    "saturated": (Spec(units=(16, 16), init=10.0, lr=0.001), MOONS, 5),
    "nothing learned": (Spec(units=(8, 8), init=0.0, lr=0.1), XOR, 60),
    "steps too small": (Spec(lr=1e-6), MOONS, 20),
    "steps too large": (Spec(units=(8,), lr=30.0), MOONS, 5),
    "cannot be parted": (Spec(units=(8,), activations=("identity",)), XOR, 400),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_nothing_is_told_of_a_training_that_goes_well(name: str) -> None:
    spec, points, steps = HEALTHY[name]
    assert signs(evidence(Training(spec, points), steps)) == set()


@pytest.mark.parametrize("name", SICK)
def test_a_sign_shows_where_it_is_known_to_be(name: str) -> None:
    spec, points, steps = SICK[name]
    t = Training(spec, points)
    if name == "dead units":  # as after a step that was much too long
        dict(t.model.named_parameters())["hidden1.bias"].data[:8] = -50
    found = whys(evidence(t, steps))
    assert name in {why.sign for why in found}
    for why in found:
        assert "{" not in why.text.en + why.text.ja
        assert any(ch.isdigit() for ch in why.text.en)


def test_xor_by_a_bent_network_and_circles_by_a_straight_one() -> None:
    linear = Spec(units=())
    assert "cannot be parted" in signs(evidence(Training(linear, CIRCLES), 400))
    assert "cannot be parted" in signs(evidence(Training(linear, XOR), 400))
    assert "cannot be parted" not in signs(evidence(Training(Spec(optimizer="adam", lr=0.02), XOR), 400))


def test_a_zigzag_is_one_only_where_every_step_sees_all_data() -> None:
    zigzag = [1 + 0.1 * (-1) ** k for k in range(30)]
    assert signs(Evidence(losses=zigzag, batch_is_all=True)) == {"zigzag"}
    assert signs(Evidence(losses=zigzag)) == set()
    assert signs(Evidence(losses=np.linspace(2, 1, 30), batch_is_all=True)) == set()
    assert signs(Evidence(losses=[*zigzag[:-3], *zigzag[-4:]], batch_is_all=True)) == set()


def test_overfitting_is_a_validation_loss_that_rises_while_the_other_falls() -> None:
    falling = [1 / (k + 1) for k in range(10)]
    assert signs(Evidence(epochs=list(zip(falling, [0.5 + 0.01 * k for k in range(10)], strict=True)))) == {
        "overfitting"
    }
    assert signs(Evidence(epochs=list(zip(falling, falling, strict=True)))) == set()
    assert signs(Evidence(epochs=list(zip(falling[:5], [1, 2, 3, 4, 5], strict=True)))) == set()
    both = [0.5 + 0.01 * k for k in range(10)]
    assert signs(Evidence(epochs=list(zip(both, both, strict=True)))) == set()


def test_a_reading_is_unsure_when_it_or_its_sights_are() -> None:
    sure = np.full((5, 10), 0.01)
    sure[:, 3] = 0.91
    assert signs(Evidence(probabilities=sure)) == set()
    other = sure.copy()
    other[0] = np.roll(sure[0], 1)
    assert signs(Evidence(probabilities=other)) == {"unsure reading"}
    assert signs(Evidence(probabilities=np.full((5, 10), 0.1))) == {"unsure reading"}


def test_every_sign_leads_to_experiments_that_exist_and_no_evidence_gives_none() -> None:
    for sign in SIGNS:
        assert sign.experiments
        assert all(name in EXPERIMENTS for name in sign.experiments), sign.name
    assert whys(Evidence()) == []
    assert len({sign.name for sign in SIGNS}) == len(SIGNS) == 12
    found = whys(replace(Evidence(), probabilities=[[0.5, 0.5]]))[0]
    assert found.command == "zerokara lab run drawn-robustness"

"""The probe disturbs nothing, and what it tells is what is there."""

import numpy as np
import pytest

from tests.studio.small import Spec, Training, drawn
from zerokara import kernels
from zerokara.studio.probe import histogram, probe
from zerokara.training import random_state

SPECS = {
    "plain": Spec(units=(5, 4)),
    "momentum": Spec(units=(5,), momentum=0.9, optimizer="momentum"),
    "dropout": Spec(units=(6, 6), activations=("relu",), optimizer="adam", lr=0.01, dropout=0.3, batch_norm=True),
}  # fmt: skip
POINTS = drawn("spirals", 50)


@pytest.mark.parametrize("family", ["reference", "compiled"])
@pytest.mark.parametrize("name", SPECS)
def test_with_probe_and_without_are_the_same_bits(name: str, family: str) -> None:
    with kernels.use_kernels(family):
        plain, probed = Training(SPECS[name], POINTS), Training(SPECS[name], POINTS)
        for _ in range(12):
            plain.play(1)
            before, grads = probed.model.state_dict(), [p.grad for p in probed.model.parameters()]
            draws = random_state.capture(probed.model)
            probe(probed.model, *probed.next_batch(), probed.loss)
            assert random_state.capture(probed.model) == draws
            assert all(np.array_equal(value, before[key]) for key, value in probed.model.state_dict().items())
            assert all(a is b for a, b in zip(grads, (p.grad for p in probed.model.parameters()), strict=True))
            probed.play(1)
        for key, value in plain.model.state_dict().items():
            np.testing.assert_array_equal(value, probed.model.state_dict()[key])
        assert plain.losses == probed.losses


def test_its_numbers_are_those_of_the_network() -> None:
    t = Training(Spec(units=(5,), batch=50, lr=0.1), POINTS)
    x, labels = t.next_batch()
    before = t.model.state_dict()
    seen = probe(t.model, x, labels, t.loss)
    t.play(1)
    assert seen.loss == pytest.approx(t.losses[0], rel=1e-6)
    after = probe(t.model, x, labels, t.loss, before)
    for old, new in zip(seen.parameters, after.parameters, strict=True):
        w = before[old.name].astype(float)
        moved = t.model.state_dict()[old.name] - w
        assert old.weights.rms == pytest.approx(np.sqrt(np.mean(w**2)))
        assert old.gradients.rms == pytest.approx(np.sqrt(np.mean(moved**2)) / 0.1, rel=1e-4)  # Δw = −lr·g
        assert new.update == pytest.approx(np.linalg.norm(moved) / np.linalg.norm(w), rel=1e-5)
        assert old.update is None
    assert [layer.name for layer in seen.layers] == ["hidden1", "act1", "out"]


def test_histograms_count_everything_finite() -> None:
    found = histogram(np.array([1.0, np.nan, -3.0, np.inf, 1.0]))
    assert (found.counts.sum(), found.not_finite, found.least, found.greatest) == (3, 2, -3, 1)
    assert histogram(np.zeros(7)).counts.sum() == 7
    assert histogram(np.full(3, 1e200)).rms == pytest.approx(1e200)
    assert np.isnan(histogram(np.array([np.nan])).rms)

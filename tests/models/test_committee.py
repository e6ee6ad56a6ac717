"""Networks that answer together, and the temperature that makes their probabilities honest."""

import numpy as np
import pytest

from zerokara.arrays import generator
from zerokara.models import Reader, ReaderNet, load_committee, save_committee
from zerokara.models.committee import fitted_temperature, softmax


def reader(members=2, **card):
    networks = tuple(ReaderNet(filters=(4, 6, 8), hidden_size=12, rng=generator(n, "weights")) for n in range(members))
    return Reader(tuple(network.eval() for network in networks), 0.7, card)


def views(n=3):
    return generator(0, "views").random((n, 28, 28), dtype=np.float32)


def test_a_saved_reader_answers_as_before_to_the_precision_of_float16(tmp_path):
    before = reader(recipe="a recipe")
    after = load_committee(save_committee(tmp_path / "reader.safetensors", before))
    assert (after.temperature, dict(after.card)["recipe"]) == (0.7, "a recipe")
    np.testing.assert_allclose(after.probabilities(views()), before.probabilities(views()), atol=2e-3)


def test_a_single_trained_network_is_a_reader_too(tmp_path):
    """What `zerokara train --recipe reader` leaves in its folder can be used as it is."""
    from zerokara.io import save_safetensors

    network = ReaderNet(filters=(4, 6, 8), hidden_size=12).eval()
    save_safetensors(tmp_path / "weights.safetensors", network.state_dict())
    loaded = load_committee(tmp_path / "weights.safetensors")
    np.testing.assert_allclose(loaded.scores(views()), Reader((network,), 1.0, {}).scores(views()), atol=1e-5)


def test_members_are_averaged():
    both, first, second = reader(2), reader(1), reader(2)
    second = Reader(second.networks[1:], 0.7, {})
    np.testing.assert_allclose(both.scores(views()), (first.scores(views()) + second.scores(views())) / 2, atol=1e-6)


@pytest.mark.parametrize("true", [0.3, 1.0, 4.0])
def test_the_temperature_that_labels_were_drawn_with_is_found(true):
    """Labels drawn from softmax(s/T) are likeliest at that T."""
    rng = generator(1, "temperature")
    scores = rng.normal(0, 3, (20_000, 10))
    drawn = (rng.random((20_000, 1)) > np.cumsum(softmax(scores / true), axis=1)).sum(axis=1)
    assert fitted_temperature(scores, np.minimum(drawn, 9)) == pytest.approx(true, rel=0.05)

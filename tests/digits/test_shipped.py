"""The model that came with the installation: small, honest about itself, and as good as promised."""

import os
from importlib.resources import files

import numpy as np
import pytest

from zerokara.data import load, scaled
from zerokara.data.handwriting import handwriting
from zerokara.digits import load_reader, load_symbols, read
from zerokara.training.metrics import expected_calibration_error

EXAMPLES = sorted(path.name for path in files("zerokara.digits").joinpath("examples").iterdir())


def test_both_models_together_are_at_most_one_and_a_half_megabytes():
    models = [path for path in files("zerokara.digits").iterdir() if path.name.endswith(".safetensors")]
    assert len(models) == 2
    assert sum(len(path.read_bytes()) for path in models) <= 1_500_000


def test_the_model_says_what_it_was_made_of_and_how_well_it_reads():
    card = load_reader().card
    assert {"title", "trained_on", "recipe", "temperature", "test_accuracy", "test_calibration_error"} <= set(card)


def test_digits_in_hands_that_no_training_saw_are_read():
    """The bundled sample of the accuracy test: 500 digits of the same pen with another seed, in every style."""
    sample = handwriting(500, seed=2026)
    probabilities = load_reader().probabilities(scaled(sample.images[:, 0]))
    assert (probabilities.argmax(axis=1) == sample.labels).mean() >= 0.98


@pytest.mark.skipif("ZEROKARA_DATA" not in os.environ, reason="ZEROKARA_DATA names no folder with MNIST's files")
def test_on_mnist_the_accuracy_and_the_calibration_are_as_promised():
    """The card's number is for all 10,000; here the first 2,000 of the test part, to be quick."""
    test = load("mnist", download=False).test.take(2000)
    probabilities = load_reader().probabilities(scaled(test.images[:, 0]))
    assert (probabilities.argmax(axis=1) == test.labels).mean() >= 0.995
    assert expected_calibration_error(probabilities, test.labels) < 0.01


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_example_drawings_are_read_as_they_are_named(name):
    """`7-crossed.png` holds a seven; names without digits hold two lines."""
    path = files("zerokara.digits").joinpath("examples", name)
    written = name.split("-")[0]
    assert read(str(path)).text == (written if written.isdigit() else "314\n7592")


def test_probabilities_do_not_depend_on_what_else_is_asked():
    """A batch of pictures is answered as each of them alone (up to rounding)."""
    reader = load_reader()
    views = scaled(handwriting(7, seed=1).images[:, 0])
    together = reader.probabilities(views)
    alone = np.concatenate([reader.probabilities(view[None]) for view in views])
    np.testing.assert_allclose(together, alone, atol=1e-5)
    assert reader.probabilities(views[:0]).shape == (0, 10)


def test_who_changes_a_reader_does_not_change_what_is_read():
    """The weights of the one that `load_reader` gives are one's own."""
    picture = str(files("zerokara.digits").joinpath("examples", "7-crossed.png"))
    before = read(picture).digits[0]
    for own in (load_reader(), load_symbols()):
        for network in own.networks:
            for weight in network.parameters():
                weight.data[...] = 0
    after = read(picture).digits[0]
    assert after.probabilities == before.probabilities
    assert after.digit_probability == before.digit_probability
    assert load_reader().probabilities(before.view[None])[0].argmax() == before.digit

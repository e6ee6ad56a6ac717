"""What the network of symbols learns from, and its training: small, and the same for the same seed."""

import numpy as np
import pytest

from zerokara.data import Dataset
from zerokara.data.handwriting import handwriting
from zerokara.digits.learning import training
from zerokara.digits.learning.examples import CODES, PARTS, examples
from zerokara.digits.learning.strokes import LETTERS
from zerokara.digits.learning.strokes import SIGNS as DRAWN
from zerokara.digits.symbols import DIGITS, SIGNS, SYMBOLS
from zerokara.kernels import use_kernels
from zerokara.models import load_committee


@pytest.fixture(scope="module")
def few():
    return handwriting(60, seed=1)


def test_every_sign_is_drawn_and_no_letter_is_one():
    assert set(DRAWN) == set(SIGNS)
    assert not set(LETTERS) & set(SYMBOLS)


def test_pictures_are_the_same_for_the_same_seed_and_of_every_kind(few):
    first, again = (examples(few, seed=4, share=0.002) for _ in range(2))
    assert first.images.tobytes() == again.images.tobytes()
    np.testing.assert_array_equal(first.labels, again.labels)
    assert first.images.shape[1:] == (1, 28, 28)
    assert first.images.dtype == np.uint8
    assert set(first.labels) == set(range(len(SYMBOLS)))
    assert first.images.max(axis=(1, 2, 3)).min() > 100


def test_without_fonts_only_what_formulas_draw_is_there(few):
    split = examples(few, share=0.002)
    expected = [round(0.002 * n) if "printed" not in kind else 0 for kind, n in PARTS.items() if kind != "mnist"]
    assert len(split.labels) == sum(expected) + min(60, round(0.002 * PARTS["mnist"]))
    assert CODES["?"] == len(SYMBOLS) - 1


def test_a_training_writes_a_network_that_says_how_well_it_is_calibrated(few, tmp_path, monkeypatch):
    monkeypatch.setattr(training, "load", lambda name, data_dir=None: Dataset("mnist", few, few, DIGITS, ""))
    told = []
    with use_kernels("reference"):
        made = training.train(tmp_path / "s.safetensors", epochs=1, share=0.002, tell=told.append)
        loaded = load_committee(tmp_path / "s.safetensors")
        views = few.images[:3, 0].astype(np.float32) / 255
        np.testing.assert_allclose(loaded.probabilities(views), made.probabilities(views), atol=0.01)
    assert {"trained_on", "recipe", "digit_calibration_error", "signs_accuracy"} <= set(loaded.card)
    assert loaded.classes == len(SYMBOLS)
    assert len(told) == 2

"""Trained networks become a reader, with a temperature and a card."""

import json

import numpy as np
import pytest

from zerokara.data import Dataset
from zerokara.data.handwriting import handwriting
from zerokara.models import load_committee
from zerokara.recipes import RECIPES, packing, running
from zerokara.recipes.base import override


@pytest.fixture
def few(monkeypatch):
    """A hundred and twenty written digits in the place of MNIST."""
    written = handwriting(160)
    data = Dataset(
        "mnist-hands", written.select(np.arange(120)), written.select(np.arange(120, 160)), tuple("0123456789"), ""
    )
    monkeypatch.setattr(running, "load", lambda *_, **__: data)
    monkeypatch.setattr(packing, "load", lambda *_, **__: data)
    return data


def test_two_trainings_are_packed_into_one_calibrated_reader(few, tmp_path):
    recipes = [override(RECIPES["reader"], epochs=1, batch_size=40, validation=0.25, seed=seed) for seed in (0, 1)]
    for seed, recipe in enumerate(recipes):
        running.run(recipe, run_dir=tmp_path / f"run{seed}")
    packed = packing.pack([tmp_path / "run0", tmp_path / "run1"], tmp_path / "reader.safetensors")
    loaded = load_committee(tmp_path / "reader.safetensors")
    assert len(loaded.networks) == 2
    assert loaded.temperature == packed.temperature > 0
    assert [recipe["seed"] for recipe in json.loads(loaded.card["recipe"])] == [0, 1]
    assert "of 40" in loaded.card["test_accuracy"]
    views = few.test.images[:5, 0] / np.float32(255)
    np.testing.assert_allclose(loaded.probabilities(views), packed.probabilities(views), atol=5e-3)


def test_a_folder_without_a_run_is_refused_by_name(tmp_path):
    with pytest.raises(ValueError, match="is not a run of a recipe"):
        packing.pack([tmp_path], tmp_path / "reader.safetensors")

"""How trained networks become the reader that is shipped.

zerokara train --recipe reader --seed 2 --out runs/reader
python -m zerokara.recipes.packing runs/reader --out src/zerokara/digits/reader.safetensors
"""

import argparse
import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from zerokara.arrays import Array
from zerokara.data import DATASETS, Dataset, load, scaled
from zerokara.data import split as cut
from zerokara.io import load_weights
from zerokara.models import Reader, build_model, save_committee
from zerokara.models.committee import fitted_temperature
from zerokara.nn import Module
from zerokara.recipes.base import Recipe
from zerokara.training.metrics import expected_calibration_error


def pack(
    runs: Sequence[str | os.PathLike[str]],
    out: str | os.PathLike[str],
    data_dir: str | os.PathLike[str] | None = None,
) -> Reader:
    """Make a reader of finished trainings, calibrate it, test it, and write it with its card; return it.

    The temperature is fitted to the answers of each network on the validation images that its own training held
    back. Raises ValueError for a folder without a finished run of a recipe.
    """
    recipes = [_recipe(Path(run)) for run in runs]
    dataset = load(recipes[0].data, data_dir=data_dir)
    networks = tuple(_network(Path(run), recipe) for run, recipe in zip(runs, recipes, strict=True))
    held_back = [_answers(network, recipe, dataset) for network, recipe in zip(networks, recipes, strict=True)]
    scores, labels = (np.concatenate(parts) for parts in zip(*held_back, strict=True))
    reader = Reader(networks, fitted_temperature(scores, labels), {})
    finished = replace(reader, card=_card(reader, recipes, dataset))
    save_committee(Path(out), finished)
    return finished


def _recipe(run: Path) -> Recipe:
    """The recipe that a run's settings.json tells."""
    try:
        told = json.loads((run / "settings.json").read_text(encoding="utf-8"))
        return Recipe(**told["notes"]["recipe"])
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{run} is not a run of a recipe: {error}") from error


def _network(run: Path, recipe: Recipe) -> Module:
    network = build_model(recipe.model)
    network.load_state_dict(load_weights(run / "weights.safetensors"))
    return network.eval()


def _answers(network: Module, recipe: Recipe, dataset: Dataset) -> tuple[Array, Array]:
    """What one network says of the images that it was not trained on: scores (N, 10), labels (N,)."""
    _, held_back = cut(dataset.train, recipe.validation, recipe.seed)
    return Reader((network,), 1.0, {}).scores(scaled(held_back.images)), held_back.labels


def _card(reader: Reader, recipes: Sequence[Recipe], dataset: Dataset) -> dict[str, str]:
    """What the file says of itself."""
    probabilities = reader.probabilities(scaled(dataset.test.images))
    right = probabilities.argmax(axis=1) == dataset.test.labels
    return {
        "title": f"zerokara's reader of drawn digits (networks that answer together: {len(reader.networks)})",
        "trained_on": DATASETS[recipes[0].data].description,
        "recipe": json.dumps([recipe.to_dict() for recipe in recipes]),
        "test_accuracy": f"{right.mean():.4f} ({right.sum()} of {len(right)}, MNIST's test part)",
        "test_calibration_error": f"{expected_calibration_error(probabilities, dataset.test.labels):.4f}",
    }


def main() -> None:
    """The command above."""
    parser = argparse.ArgumentParser(description="Make a reader of finished trainings of the recipe `reader`.")
    parser.add_argument("runs", nargs="+", type=Path, help="folders of finished runs")
    parser.add_argument("--out", type=Path, required=True, help="the safetensors file to write")
    parser.add_argument("--data-dir", type=Path, help="folder with MNIST's files")
    options = parser.parse_args()
    pack(options.runs, options.out, options.data_dir)


if __name__ == "__main__":
    main()

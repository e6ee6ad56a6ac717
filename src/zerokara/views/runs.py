"""What the folder of a run says of itself: its recipe, what its network is given, and its weights."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from zerokara.arguments import UsageError
from zerokara.data import load
from zerokara.data.inputs import Inputs, inputs_from, inputs_of
from zerokara.io import load_weights
from zerokara.models import build_model
from zerokara.nn import Module
from zerokara.nn.init import unset
from zerokara.recipes import RECIPES, TASKS, Recipe, task_of_run
from zerokara.recipes.starting import is_kept, network_kept
from zerokara.views.weights import all_finite

SETTINGS = "settings.json"
WEIGHTS = ("weights.safetensors", "best.safetensors", "last.safetensors", "previous.safetensors")
"""The files of weights in the folder of a run, the best to be had first."""


def of_run(folder: Path) -> Recipe | None:
    """The recipe by which the run in `folder` was trained; None if there are no settings of a recipe.

    Raises ValueError if they cannot be understood.
    """
    found: Recipe | None = _understood(folder, lambda n: _of_its_kind(n["recipe"]) if n.get("recipe") else None)
    return found


def inputs_of_run(folder: Path) -> Inputs | None:
    """What the network of a run is given, by the run's settings; None where they do not say it, as older runs'."""
    found: Inputs | None = _understood(folder, lambda n: inputs_from(n["inputs"]) if n.get("inputs") else None)
    return found


def opened(folder: Path, data_dir: Path | None = None, weights: Path | None = None) -> tuple[Recipe, Inputs, Module]:
    """The recipe, the inputs and the network of the run in a folder. ValueError in a sentence where it is none."""
    recipe = of_run(folder)
    if recipe is None:
        raise no_run(folder)
    inputs = inputs_of_run(folder) or inputs_of(load(recipe.data, data_dir=data_dir))
    return recipe, inputs, network_of(recipe, inputs, weights or weights_of(folder), folder)


def no_run(folder: Path) -> ValueError:
    """What to raise for a folder that is no run of a recipe: perhaps it is one whose network does something else."""
    task = task_of_run(folder, TASKS)
    if task is None:
        return ValueError(f"{folder} is a folder, but not that of a run")
    return ValueError(
        f"{folder} is the run of {task.name}, whose network answers neither with classes nor with numbers for pictures "
        "and rows: it can be continued (train --resume), and generate or sample shows what it learned"
    )


def network_of(recipe: Recipe, inputs: Inputs, weights: Path, folder: Path | None = None) -> Module:
    """The network of a run, built by its recipe for its inputs, with the weights of a file.

    folder: that of the run; it holds the network that the training started from, if it started from one.
    """
    state = all_finite(weights, load_weights(weights))
    classes = len(inputs.classes) or 1
    with unset():
        if folder is not None and is_kept(folder):
            model: Module = network_kept(folder, classes)
        else:
            model = build_model(recipe.model, inputs.shape, classes)
    try:
        model.load_state_dict(state)
    except ValueError as error:
        raise ValueError(f"{weights} does not fit {recipe.model} on {recipe.data}: {error}") from error
    return model


def newest_run(recipe: str) -> Path:
    """The folder of the run in runs/ that was trained last by the recipe of this name. UsageError if there is none."""
    found = [
        folder
        for folder in Path("runs").glob(f"{recipe}*")
        if (folder / WEIGHTS[0]).is_file() and (known := of_run(folder)) is not None and known.name == recipe
    ]
    if not found:
        raise UsageError(f"there is no run of {recipe} in runs/: zerokara train --recipe {recipe}, or name a folder")
    return max(found, key=lambda folder: (folder / WEIGHTS[0]).stat().st_mtime)


def _understood(folder: Path, read: Callable[[dict[str, Any]], Any]) -> Any:
    """What `read` finds in the notes of the run's settings; None where there are no settings."""
    path = folder / SETTINGS
    if not path.is_file():
        return None
    try:
        return read(json.loads(path.read_text(encoding="utf-8"))["notes"])
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(
            f"{path} does not hold the settings of a run that this version understands: {error}"
        ) from error


def weights_of(folder: Path) -> Path:
    """The best file of weights in the folder of a run; ValueError if there is none yet."""
    path = next((folder / name for name in WEIGHTS if (folder / name).is_file()), None)
    if path is None:
        raise ValueError(f"{folder} holds no weights yet")
    return path


def _of_its_kind(written: dict[str, Any]) -> Recipe:
    known_one = RECIPES.get(written["name"])
    return Recipe(**written) if known_one is None else type(known_one)(**written)

"""What the folder of a run says of itself: its recipe, and its weights."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from zerokara.recipes import RECIPES, Recipe

SETTINGS = "settings.json"
WEIGHTS = ("weights.safetensors", "best.safetensors", "last.safetensors", "previous.safetensors")
"""The files of weights in the folder of a run, the best to be had first."""


def of_run(folder: Path) -> Recipe | None:
    """The recipe by which the run in `folder` was trained; None if there are no settings of a recipe.

    Raises ValueError if they cannot be understood.
    """
    path = folder / SETTINGS
    if not path.is_file():
        return None
    try:
        written = json.loads(path.read_text(encoding="utf-8"))["notes"].get("recipe")
        return _of_its_kind(written) if written else None
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

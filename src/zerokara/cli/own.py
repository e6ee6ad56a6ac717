"""What is trained on data that somebody brings: the name of the data, and a recipe that they choose."""

import re
from dataclasses import dataclass
from pathlib import Path

from zerokara.cli import names
from zerokara.cli.errors import UsageError
from zerokara.cli.results import told
from zerokara.data import Dataset, load
from zerokara.data.inputs import inputs_of
from zerokara.data.sizes import sized
from zerokara.data.tables import Table
from zerokara.recipes import Recipe, known_model
from zerokara.recipes.own import recipe_for
from zerokara.report import whole

FOLDER, CSV = "folder:", "csv:"


@dataclass(frozen=True)
class Plan:
    """A recipe; its data where they were loaded to choose it, and in words what was chosen and why."""

    recipe: Recipe
    dataset: Dataset | None = None
    why: str = ""


def sizes(text: str | None) -> tuple[int, int] | None:
    """`64x48` as (rows, columns), `64` as a square; UsageError for what is neither."""
    if text is None:
        return None
    found = re.fullmatch(r"(\d{1,4})(?:[x×](\d{1,4}))?", text)
    size = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not all(1 <= side <= 4096 for side in size):
        raise UsageError(f"--size is rows x columns, such as 64x64; got {text}")
    return size


def data_named(data: str, size: tuple[int, int] | None, target: str | None) -> str:
    """The data set's whole name: of a folder with the size of its pictures, of a table with the column."""
    if size is not None and not data.startswith(FOLDER):
        raise UsageError("--size belongs to pictures in a folder: --data folder:PATH")
    if target is not None and not data.startswith(CSV):
        raise UsageError("--target belongs to a table: --data csv:FILE")
    if data.startswith(FOLDER):
        return sized(data, size)
    return data if target is None else f"{data}@{target}"


def chosen(data: str, model: str | None, data_dir: Path | None) -> Plan:
    """A recipe for a data set. The model is the one named, with ordinary settings, or one that suits the data."""
    is_own = data.startswith((FOLDER, CSV))
    if model is not None and not is_own:
        return Plan(names.of_own(model, data))
    named = None if model is None else _model(model)
    if not is_own:
        names.of_own("two-layer", data)  # refuses a name that no data set has
    dataset = load(data, data_dir=data_dir)
    recipe = recipe_for(dataset, named)
    return Plan(recipe, dataset, _why(recipe, dataset))


def _model(name: str) -> str:
    try:
        return known_model(name)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _why(recipe: Recipe, dataset: Dataset) -> str:
    inputs, count = inputs_of(dataset), whole(len(dataset.train) + len(dataset.test))
    if isinstance(inputs, Table):
        kinds = len(inputs.classes)
        what = told("of-classes", count=kinds) if kinds else told("a-number")
        columns = len(inputs.columns)
        return told("chosen-rows", model=recipe.model, count=count, columns=columns, target=inputs.target, what=what)
    size, colour = f"{inputs.height}×{inputs.width}", told("grey" if inputs.channels == 1 else "colour")
    return told(
        "chosen-pictures",
        model=recipe.model,
        count=count,
        classes=len(inputs.classes),
        size=size,
        colour=colour,
    )

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
from zerokara.recipes.starting import Start
from zerokara.report import whole
from zerokara.views.starting import start_of

FOLDER, CSV = "folder:", "csv:"


@dataclass(frozen=True)
class Plan:
    """A recipe; its data where they were loaded to choose it, in words what was chosen, and what it starts from."""

    recipe: Recipe
    dataset: Dataset | None = None
    why: str = ""
    start: Start | None = None


@dataclass(frozen=True)
class Asked:
    """What the command line says of data, model, and the network to start from."""

    data: str | None = None
    model: str | None = None
    size: str | None = None
    target: str | None = None
    start: str | None = None
    weights: Path | None = None
    mean: str | None = None
    std: str | None = None
    bgr: bool = False
    data_dir: Path | None = None

    def refuse_for_resume(self) -> None:
        """A run that goes on keeps its data and its start."""
        given = (self.size, self.target, self.start, self.weights, self.mean, self.std)
        if self.bgr or any(value is not None for value in given):
            raise UsageError("a run is resumed on what it was begun with: leave out --size, --target and --from")

    def refuse_start(self) -> None:
        """A recipe starts from nothing."""
        if self.start is not None:
            raise UsageError("--from belongs to --data NAME; leave out --recipe")
        self._refuse_lone()

    def _refuse_lone(self) -> None:
        if self.bgr or any(value is not None for value in (self.weights, self.mean, self.std)):
            raise UsageError("--weights, --mean, --std and --bgr belong to --from MODEL")

    def opened_start(self) -> Start | None:
        """The network to start from."""
        if self.start is None:
            self._refuse_lone()
            return None
        if self.model is not None:
            raise UsageError("--from says the model: leave out --model")
        return start_of(self.start, self.weights, sizes(self.size), self.mean, self.std, self.bgr, self.data_dir)

    def named_data(self, start: Start | None = None) -> str | None:
        """The data set's whole name: of a folder with the size of its pictures, of a table with the column."""
        data, size = self.data, sizes(self.size)
        if size is not None and not (data or "").startswith(FOLDER):
            raise UsageError("--size belongs to pictures in a folder: --data folder:PATH")
        if self.target is not None and not (data or "").startswith(CSV):
            raise UsageError("--target belongs to a table: --data csv:FILE")
        if data is None or not data.startswith(FOLDER):
            return data if self.target is None else f"{data}@{self.target}"
        if start is not None and len(start.shape) == 3:
            return sized(data, (start.shape[1], start.shape[2]), start.shape[0])
        return sized(data, size)


def sizes(text: str | None) -> tuple[int, int] | None:
    """`64x48` as (rows, columns), `64` as a square; UsageError for what is neither."""
    if text is None:
        return None
    found = re.fullmatch(r"(\d{1,4})(?:[x×](\d{1,4}))?", text)
    size = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not all(1 <= side <= 4096 for side in size):
        raise UsageError(f"--size is rows x columns, such as 64x64; got {text}")
    return size


def chosen(asked: Asked) -> Plan:
    """A recipe for a data set. The model is the one named, with ordinary settings, or one that suits the data."""
    named = None if asked.model is None else _model(asked.model)
    given = asked.data or ""
    if not given.startswith((FOLDER, CSV)):
        ordinary = names.of_own(named or "two-layer", given)  # refuses a name that no data set has
        if named is not None:
            asked.refuse_start()
            return Plan(ordinary)
    start = asked.opened_start()
    data = asked.named_data(start) or ""
    dataset = load(data, data_dir=asked.data_dir)
    if start is not None and dataset.train.shape != start.shape:
        takes, has = ("×".join(map(str, shape)) for shape in (start.shape, dataset.train.shape))
        raise ValueError(f"{asked.start} takes examples of {takes}; those of {data} are {has}")
    recipe = recipe_for(dataset, named or _source(asked), asked.start or "")
    return Plan(recipe, dataset, _why(recipe, dataset), start)


def _source(asked: Asked) -> str | None:
    """What a model is called that starts from another network."""
    return None if asked.start is None else Path(asked.start).name


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
        "from-pictures" if recipe.start else "chosen-pictures",
        model=recipe.model,
        count=count,
        classes=len(inputs.classes),
        size=size,
        colour=colour,
    )

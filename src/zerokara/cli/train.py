"""`zerokara train`."""

import json as json_format
from collections.abc import Iterable, Iterator
from dataclasses import Field, asdict, field, fields, make_dataclass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from zerokara.cli import names
from zerokara.cli.console import safe, say
from zerokara.cli.errors import UsageError
from zerokara.cli.language import current
from zerokara.cli.numbers import whole_number
from zerokara.cli.results import told, words
from zerokara.models import MODELS
from zerokara.recipes import RECIPES, Recipe, Result, run
from zerokara.report import duration, percent, significant, whole
from zerokara.training import Record, watch
from zerokara.training.tensorboard import needs_tensorboard, to_tensorboard


def _changes() -> Any:
    """A class with a field, None unless given, for every setting of a recipe: the options of this command."""
    settings = [f for f in fields(Recipe) if "help" in f.metadata and f.name not in ("data", "model")]
    made = make_dataclass("Changes", [(f.name, _option(f), field(default=None)) for f in settings], frozen=True)
    made.__module__ = __name__
    return Parameter(name="*")(made)


def _option(setting: Field[Any]) -> Any:
    """The annotation of one option: its type, its help, and for a whole number that it is not rounded."""
    converter = whole_number if setting.type is int else None
    return Annotated[setting.type | None, Parameter(help=setting.metadata["help"], converter=converter)]  # type: ignore[operator]


Changes: Any = _changes()
RecipeName = Annotated[
    str | None, Parameter(help=f"A recipe (a training with an expected result), by its name: {', '.join(RECIPES)}.")
]
ModelName = Annotated[
    str | None, Parameter(help=f"A model: {', '.join(MODELS)}. With --recipe, another model than the recipe's.")
]


def train(  # noqa: D417 (the two options above explain themselves)
    *,
    recipe: RecipeName = None,
    model: ModelName = None,
    data: str | None = None,
    changes: Changes = Changes(),  # noqa: B008 (frozen)
    out: Path | None = None,
    resume: bool = False,
    data_dir: Path | None = None,
    tensorboard: Path | None = None,
    quiet: bool = False,
    json: bool = False,
) -> None:
    """Train a network.

    Parameters
    ----------
    data
        A data set by its name, or folder:PATH; with --recipe, another than the recipe's.
    changes
        Settings of the recipe.
    out
        The run's folder; without it, a new one in runs/.
    resume
        Continue the run in --out where it stopped.
    data_dir
        Folder with your own data files; else ZEROKARA_DATA, else the cache.
    tensorboard
        Write the curves into this folder, in one named like the run's, for TensorBoard.
    quiet
        Show no progress.
    json
        Print a JSON object a line: every epoch, then the result.
    """
    if tensorboard is not None:
        needs_tensorboard()
    chosen = names.changed(_chosen(recipe, model, data, out, resume), {"model": model, "data": data, **asdict(changes)})
    folder = out or _free_folder(chosen.name)
    watcher = _with_tensorboard(_watcher(chosen, folder, quiet, json), tensorboard, folder, chosen)
    result = run(chosen, data_dir=data_dir, run_dir=folder, resume=resume, watch=watcher)
    _conclude(result, folder, json)


def _chosen(recipe: str | None, model: str | None, data: str | None, out: Path | None, resume: bool) -> Recipe:
    if resume:
        return _resumed(recipe, out)
    if recipe is not None:
        return names.by_name(recipe)
    if model is not None and data is not None:
        return names.of_own(model, data)
    raise UsageError(f"say what to train: --recipe NAME ({', '.join(RECIPES)}), or --model NAME and --data NAME")


def _resumed(recipe: str | None, out: Path | None) -> Recipe:
    if out is None:
        raise UsageError("--resume needs the folder of the run: --out RUN")
    found = names.of_run(out)
    if found is None:
        raise ValueError(f"{out} holds no run to resume; start one without --resume")
    if recipe is not None and recipe != found.name:
        raise UsageError(f"the run in {out} was made by {found.name}, not by {recipe}; leave --recipe out")
    return found


def _free_folder(name: str) -> Path:
    """runs/NAME, or runs/NAME-2, -3 … if there are runs already: no run is written over."""
    candidates = (Path("runs") / (name if i == 1 else f"{name}-{i}") for i in range(1, 10_000))
    return next(folder for folder in candidates if not folder.exists())


def _watcher(recipe: Recipe, folder: Path, quiet: bool, json: bool) -> Any:
    """Who looks on. The plan is told when data, model and folder are found to be in order: not before a failure."""
    if json:
        return _print_records
    if quiet:
        return lambda records: watch(records, "silent")

    def introduced(records: Iterator[Record]) -> Iterator[Record]:
        _introduce(recipe, folder)
        return watch(records, lang=current())

    return introduced


def _with_tensorboard(watcher: Any, tensorboard: Path | None, folder: Path, recipe: Recipe) -> Any:
    """The one who looks on, and the files for TensorBoard where they are wanted."""
    if tensorboard is None:
        return watcher
    place = tensorboard / folder.resolve().name
    return lambda records: watcher(to_tensorboard(records, place, recipe.settings))


def _print_records(records: Iterator[Record]) -> Iterable[Record]:
    for record in records:
        if record.kind == "epoch":
            print(json_format.dumps(record.to_line()), flush=True)
        yield record


def _introduce(recipe: Recipe, folder: Path) -> None:
    say(told("name", name=recipe.name, what=safe(words(recipe.question or recipe.title))))
    shown = ("data", "model", "epochs", "batch_size", "optimizer", "lr", "schedule", "augmentation", "seed")
    say("  " + "   ".join(f"{told(f'set-{name}')} {safe(str(recipe.settings[name]))}" for name in shown))
    say("  " + told("run-folder", path=safe(str(folder))))


def _conclude(result: Result, folder: Path, json: bool) -> None:
    if json:
        say(json_format.dumps(_as_json(result, folder)))
        return
    evaluation = result.evaluation
    say(
        told(
            "train-result",
            accuracy=percent(result.accuracy, 2),
            counted=told("counted", correct=whole(evaluation.correct), total=whole(len(evaluation))),
            loss=significant(evaluation.loss, 3),
            time=duration(result.seconds),
        )
    )
    if result.as_expected is not None:
        wanted, least = result.recipe.expected or 0.0, (result.recipe.expected or 0.0) - result.recipe.tolerance
        verdict = told("as-expected" if result.as_expected else "less")
        say(told("expected", wanted=percent(wanted, 2), least=percent(least, 2), verdict=verdict))
    say(told("kept", path=safe(str(folder))))


def _as_json(result: Result, folder: Path) -> dict[str, Any]:
    return {
        "kind": "result",
        "recipe": result.recipe.to_dict(),
        "accuracy": result.accuracy,
        "loss": result.evaluation.loss,
        "correct": result.evaluation.correct,
        "total": len(result.evaluation),
        "parameters": result.parameters,
        "seconds": result.seconds,
        "as_expected": result.as_expected,
        "run": str(folder),
    }

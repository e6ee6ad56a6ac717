"""`zerokara train`."""

import json as json_format
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import Field, asdict, dataclass, field, make_dataclass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from zerokara import parallel
from zerokara.cli import names, own
from zerokara.cli.console import safe, say, silence
from zerokara.cli.errors import UsageError
from zerokara.cli.language import current
from zerokara.cli.numbers import whole_number
from zerokara.cli.results import scores, told, words
from zerokara.cli.train_task import Place, run_task, settings_of_all, task_asked
from zerokara.models import MODELS
from zerokara.parallel.team import Team
from zerokara.recipes import RECIPES, TASKS, Recipe, Result, Task, run
from zerokara.report import duration, percent, significant, whole
from zerokara.training import Record, RegressionEvaluation, watch
from zerokara.training.shared_loop import agreed
from zerokara.training.tensorboard import needs_tensorboard, to_tensorboard

FEW = 30
"""Test examples below which the accuracy is a rough guess."""


def _changes() -> Any:
    """A class with a field, None unless given, for every setting of a recipe: the options of this command."""
    settings = [f for f in settings_of_all() if f.name not in ("data", "model", "start")]
    made = make_dataclass("Changes", [(f.name, _option(f), field(default=None)) for f in settings], frozen=True)
    made.__module__ = __name__
    return Parameter(name="*")(made)


def _option(setting: Field[Any]) -> Any:
    """The annotation of one option: its type, its help, and for a whole number that it is not rounded."""
    kind = {"int": int, "float": float, "bool": bool, "str": str}.get(str(setting.type), setting.type)
    converter = whole_number if kind is int else None
    return Annotated[kind | None, Parameter(help=setting.metadata["help"], converter=converter)]  # type: ignore[operator]


Changes: Any = _changes()
_NAMES = ", ".join([*RECIPES, *TASKS])
RecipeName = Annotated[
    str | None,
    Parameter(help=f"A recipe (a training with an expected result), by its name: {_NAMES}."),
]
ModelName = Annotated[
    str | None, Parameter(help=f"A model: {', '.join(MODELS)}. With --recipe, another model than the recipe's.")
]


def train(  # noqa: D417 (the two options above explain themselves)
    *,
    recipe: RecipeName = None,
    model: ModelName = None,
    data: str | None = None,
    target: str | None = None,
    size: str | None = None,
    from_: Annotated[str | None, Parameter(name="--from")] = None,
    weights: Path | None = None,
    mean: str | None = None,
    std: str | None = None,
    bgr: bool = False,
    changes: Changes = Changes(),  # noqa: B008 (frozen)
    out: Path | None = None,
    resume: bool = False,
    data_dir: Path | None = None,
    tensorboard: Path | None = None,
    sync_batch_norm: bool = False,
    quiet: bool = False,
    json: bool = False,
) -> None:
    """Train a network.

    Parameters
    ----------
    data
        A data set by its name, folder:PATH (pictures, a sub-folder for each class), or csv:FILE (a table, with
        --target); with --recipe, another than the recipe's.
    target
        The column of a table that is to be answered: words or a few whole numbers are classes, other numbers are
        learned as numbers.
    size
        The size to which pictures of a folder are brought, rows x columns, such as 64x64; else one that suits them.
    from_
        Start from another network, with a new last layer: the folder of a run, an .onnx file, or a model's name with
        --weights.
    weights
        A file of weights (safetensors, npz) for the model that --from names.
    mean
        What that network wants subtracted, one number or one a channel; above 1 it is meant for pixels from 0 to 255.
    std
        What it wants divided by.
    bgr
        Blue, green, red from 0 to 255, as networks from Caffe take them.
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
    sync_batch_norm
        Of several processes (mpiexec -n 4 zerokara train ...): batch norms see the whole batch, not each its share.
    quiet
        Show no progress.
    json
        Print a JSON object a line: every epoch, then the result.
    """
    if tensorboard is not None:
        needs_tensorboard()
    asked = own.Asked(data, model, size, target, from_, weights, mean, std, bgr, data_dir)
    how = How(recipe, asdict(changes), out, resume, data_dir, tensorboard, sync_batch_norm, quiet, json)
    team = parallel.team()
    if sync_batch_norm and team.size == 1:
        raise UsageError(
            "--sync-batch-norm is for several processes (mpiexec -n 4 zerokara train …): "
            "one alone sees the whole batch, leave it out"
        )
    if not team.leads:
        silence()
    with team.together(agreed):
        task = _task(team, how)
        if task is None:
            _train_recipe(team, asked, how)
        else:
            _train_task(team, task, asked, how)


@dataclass(frozen=True)
class How:
    """What was asked, beside the data. Of a team all are told the same; process 0 alone reads and writes the run."""

    recipe: str | None
    settings: Mapping[str, Any]
    out: Path | None
    resume: bool
    data_dir: Path | None
    tensorboard: Path | None
    sync_batch_norm: bool
    quiet: bool
    json: bool

    def place(self, team: Team, name: str) -> Place:
        """Where the run is kept, by default in a new folder of this name, and who is told: nobody but process 0."""
        folder = Path(team.share_json(str(self.out or _free_folder(name))))
        quiet, json, tensorboard = not team.leads or self.quiet, team.leads and self.json, self.tensorboard
        return Place(folder, self.data_dir, tensorboard if team.leads else None, self.resume, quiet, json)


def _train_recipe(team: Team, asked: own.Asked, how: How) -> None:
    plan = _plan(team, asked, how)
    chosen = names.changed(plan.recipe, how.settings)
    place = how.place(team, chosen.name)
    watcher = _watcher(chosen, place.folder, plan.why, place.quiet, place.json)
    result = run(
        chosen,
        data_dir=how.data_dir,
        run_dir=place.folder,
        resume=how.resume,
        watch=_with_tensorboard(watcher, place.tensorboard, place.folder, chosen),
        dataset=plan.dataset,
        start=plan.start,
        sync_batch_norm=how.sync_batch_norm,
        team=team,
    )
    _conclude(result, place.folder, how.json)


def _train_task(team: Team, task: Task, asked: own.Asked, how: How) -> None:
    if how.sync_batch_norm:
        raise UsageError(f"{task.name} knows no --sync-batch-norm: leave it out")
    if how.out is not None and not how.resume and team.leads:
        _refuse_used(how.out)
    own_settings = {"data": asked.data, "model": asked.model, "size": asked.size, "target": asked.target}
    given = {**how.settings, **own_settings, "start": asked.start}
    run_task(task, given, how.place(team, task.name), team)


def _task(team: Team, how: How) -> Task | None:
    """The task that is meant, if it is one; process 0 looks which one the run in a folder is."""
    found = task_asked(how.recipe, how.out, how.resume) if team.leads else None
    told = team.share_json(None if found is None else found.to_dict())
    return found if team.leads or told is None else type(TASKS[told["name"]])(**told)


def _plan(team: Team, asked: own.Asked, how: How) -> own.Plan:
    """What is to be trained: a run that goes on, a recipe, or what the data choose."""
    if how.resume:
        asked.refuse_for_resume()
        found = _resumed(how.recipe, how.out).to_dict() if team.leads else None
        begun = Recipe(**team.share_json(found))
        return own.Plan(names.changed(begun, {"model": asked.model, "data": asked.data}))
    if how.out is not None and team.leads:
        _refuse_used(how.out)
    if how.recipe is not None:
        asked.refuse_start()
        changes = {"model": asked.model, "data": asked.named_data()}
        return own.Plan(names.changed(names.by_name(how.recipe), changes))
    if asked.data is not None:
        return own.chosen(asked)
    raise UsageError(f"say what to train: --recipe NAME ({_NAMES}), or --model NAME and --data NAME, or --data alone")


def _refuse_used(out: Path) -> None:
    """Said before the data are read: a folder that holds a run is not written over."""
    if any((out / name).exists() for name in ("last.safetensors", "previous.safetensors")):
        raise ValueError(f"{out} already holds a run: resume it, or choose another folder for the new one")


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


def _watcher(recipe: Recipe, folder: Path, why: str, quiet: bool, json: bool) -> Any:
    """Who looks on. The plan is told when data, model and folder are found to be in order: not before a failure.

    A training that starts from another network has two phases, and is looked at twice.
    """
    phases = iter(("head", "all") if recipe.start else ("",))
    told_plan: list[bool] = []

    def introduced(records: Iterator[Record], phase: str) -> Iterator[Record]:
        if not told_plan:
            _introduce(recipe, folder, why)
            told_plan.append(True)
        if phase:
            say(told(f"phase-{phase}", epochs=recipe.head_epochs if phase == "head" else recipe.epochs))
        return watch(records, lang=current())

    def looked_at(records: Iterator[Record]) -> Iterable[Record]:
        phase = next(phases)
        if json:
            return _print_records(records, phase)
        return watch(records, "silent") if quiet else introduced(records, phase)

    return looked_at


def _with_tensorboard(watcher: Any, tensorboard: Path | None, folder: Path, recipe: Recipe) -> Any:
    """The one who looks on, and TensorBoard's files where they are wanted: of each phase in a folder of its own."""
    if tensorboard is None:
        return watcher
    name = folder.resolve().name
    places = iter((f"{name}-head", name) if recipe.start else (name,))
    return lambda records: watcher(to_tensorboard(records, tensorboard / next(places), recipe.settings))


def _print_records(records: Iterator[Record], phase: str) -> Iterable[Record]:
    for record in records:
        if record.kind == "epoch":
            more = {"phase": phase} if phase else {}
            print(json_format.dumps(record.to_line() | more), flush=True)
        yield record


def _introduce(recipe: Recipe, folder: Path, why: str) -> None:
    say(told("name", name=safe(recipe.name), what=safe(why or words(recipe.question or recipe.title))))
    shown = ("data", "model", "epochs", "batch_size", "optimizer", "lr", "schedule", "augmentation", "seed")
    say("  " + "   ".join(f"{told(f'set-{name}')} {safe(str(recipe.settings[name]))}" for name in shown))
    say("  " + told("run-folder", path=safe(str(folder))))


def _conclude(result: Result, folder: Path, json: bool) -> None:
    if json:
        say(json_format.dumps(_as_json(result, folder)))
        return
    say(_score(result))
    if len(result.evaluation) < FEW:
        say(told("few-tested", count=len(result.evaluation)))
    if result.as_expected is not None:
        wanted, least = result.recipe.expected or 0.0, (result.recipe.expected or 0.0) - result.recipe.tolerance
        verdict = told("as-expected" if result.as_expected else "less")
        say(told("expected", wanted=percent(wanted, 2), least=percent(least, 2), verdict=verdict))
    say(told("kept", path=safe(str(folder))))


def _score(result: Result) -> str:
    evaluation = result.evaluation
    if isinstance(evaluation, RegressionEvaluation):
        return told(
            "train-number",
            error=significant(evaluation.mean_absolute_error, 3),
            r2=f"{evaluation.r2:.3f}",
            total=whole(len(evaluation)),
            time=duration(result.seconds),
        )
    return told(
        "train-result",
        accuracy=percent(result.accuracy, 2),
        counted=told("counted", correct=whole(evaluation.correct), total=whole(len(evaluation))),
        loss=significant(evaluation.loss, 3),
        time=duration(result.seconds),
    )


def _as_json(result: Result, folder: Path) -> dict[str, Any]:
    return {
        "kind": "result",
        "recipe": result.recipe.to_dict(),
        **scores(result.evaluation),
        "parameters": result.parameters,
        "seconds": result.seconds,
        "as_expected": result.as_expected,
        "run": str(folder),
    }

"""`zerokara train` for recipes that are no classifier's: models of language and what else learns by itself."""

import json as json_format
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import Field, dataclass, fields
from pathlib import Path
from typing import Any

from zerokara.cli.console import safe, say
from zerokara.cli.errors import UsageError
from zerokara.cli.language import current
from zerokara.cli.results import told
from zerokara.parallel.team import Team
from zerokara.recipes import TASKS, Recipe
from zerokara.recipes.tasks import Task, override_task, task_of_run
from zerokara.training import Record, watch
from zerokara.training.tensorboard import to_tensorboard


def settings_of_all() -> list[Field[Any]]:
    """The settings that the options change: those of recipes, then those that only tasks have, each name once."""
    found = {f.name: f for f in fields(Recipe) if "help" in f.metadata}
    for task in TASKS.values():
        for f in fields(task):
            if "help" in f.metadata:
                found.setdefault(f.name, f)
    return list(found.values())


def task_asked(recipe: str | None, out: Path | None, resume: bool) -> Task | None:
    """The task that is meant: by its name, or because the run that goes on is one; None where it is a recipe."""
    begun = task_of_run(out, TASKS) if resume and out is not None else None
    if begun is not None and recipe is not None and recipe != begun.name:
        raise UsageError(f"the run in {out} was made by {begun.name}, not by {recipe}; leave --recipe out")
    return begun or (TASKS.get(recipe) if recipe is not None else None)


def command_of(task: Task) -> str:
    """The command that repeats a training: the recipe, and the settings that are not its own."""
    own = TASKS[task.name].settings
    parts = ["zerokara", "train", "--recipe", task.name]
    for name, value in task.settings.items():
        if value != own[name]:
            option = name.replace("_", "-")
            parts += (
                [f"--{option}" if value else f"--no-{option}"]
                if isinstance(value, bool)
                else [f"--{option}", str(value)]
            )
    return shlex.join(parts)


def command_with(name: str, run: Path, asked: Mapping[str, Any]) -> str:
    """The command of this name that repeats what a finished training was asked for."""
    options = [f"--{option.replace('_', '-')}={value}" for option, value in asked.items() if value is not None]
    return shlex.join(["zerokara", name, str(run), *options])


@dataclass(frozen=True)
class Place:
    """Where a task is done, and who is told."""

    folder: Path
    data_dir: Path | None
    tensorboard: Path | None
    resume: bool
    quiet: bool
    json: bool


def run_task(task: Task, changes: Mapping[str, Any], place: Place, team: Team) -> None:
    """Train, by all processes of a team, and say what came of it."""
    given = {name: value for name, value in changes.items() if value is not None}
    try:
        chosen = override_task(task, **given)
    except ValueError as error:
        raise UsageError(str(error)) from error
    watcher = _watcher(chosen, place)
    outcome = chosen.run(data_dir=place.data_dir, run_dir=place.folder, resume=place.resume, watch=watcher, team=team)
    verdict = outcome.as_expected if chosen.settings == TASKS[task.name].settings else None
    if place.json:
        head = {"kind": "result", "task": chosen.to_dict()}
        say(json_format.dumps({**head, **outcome.numbers, "as_expected": verdict, "run": str(place.folder)}))
        return
    say(outcome.said(current()))
    if verdict is not None:
        say(told("as-promised" if verdict else "not-as-promised"))
    say(told("kept", path=safe(str(place.folder))))


def _watcher(task: Task, place: Place) -> Any:
    def looked_at(records: Iterator[Record]) -> Iterable[Record]:
        if place.tensorboard is not None:
            records = to_tensorboard(records, place.tensorboard / place.folder.resolve().name, task.settings)
        if place.json:
            return _printed(records)
        if place.quiet:
            return watch(records, "silent")
        say(told("name", name=safe(task.name), what=safe(task.say("question", current()))))
        say("  " + "   ".join(f"{name} {safe(str(value))}" for name, value in task.settings.items() if value != ""))
        say("  " + told("run-folder", path=safe(str(place.folder))))
        return watch(records, lang=current())

    return looked_at


def _printed(records: Iterator[Record]) -> Iterable[Record]:
    for record in records:
        if record.kind == "epoch":
            print(json_format.dumps(record.to_line()), flush=True)
        yield record

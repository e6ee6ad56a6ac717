"""Trainings of other kinds than a classifier's, by their names: what all of them have, and how a run says which it was.

A task is a frozen dataclass: its fields made by `setting` are its settings, `run` does it. Its folder is that of any
run; what is needed to use the network again stands in it too: settings.json names the task, weights.safetensors holds
the weights, and of a model of language vocabulary.json the tokens (`zerokara.data.text.keeping`).
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, TypeVar

from zerokara.arguments import known
from zerokara.io import load_weights
from zerokara.nn import Module
from zerokara.parallel.team import Team
from zerokara.recipes.running import Watch
from zerokara.report import Lang, Text
from zerokara.training.run_folder import SETTINGS, WEIGHTS

_T = TypeVar("_T", bound="Task")


@dataclass(frozen=True)
class Outcome:
    """What came of a task: a sentence, and the same as numbers for --json.

    as_expected: whether it is what the task promises with its own settings; None where it promises nothing.
    """

    said: Text
    numbers: Mapping[str, Any] = field(default_factory=dict)
    as_expected: bool | None = None


@dataclass(frozen=True)
class Task:
    """One training, completely described; its settings are the fields made by `setting`."""

    name: str
    title: str
    question: str
    title_ja: str
    question_ja: str

    def run(
        self,
        *,
        data_dir: str | os.PathLike[str] | None = None,
        run_dir: str | os.PathLike[str] | None = None,
        resume: bool = False,
        watch: Watch = iter,
        team: Team | None = None,
    ) -> Outcome:
        """Load the data, train, judge; team: the processes that train together. Raises as `recipes.run` does."""
        raise NotImplementedError

    def network(self, folder: Path) -> Module:
        """The network of a run of this task, with new weights: what it needs to know stands in the run's folder."""
        raise NotImplementedError

    @property
    def settings(self) -> dict[str, Any]:
        """The settings by name."""
        return {f.name: getattr(self, f.name) for f in fields(self) if "help" in f.metadata}

    def say(self, what: Literal["title", "question"], lang: Lang) -> str:
        """Title or question in `lang`."""
        said: str = getattr(self, f"{what}_ja" if lang == "ja" else what)
        return said

    def to_dict(self) -> dict[str, Any]:
        """Everything, as JSON can hold it."""
        return asdict(self)


def override_task(task: _T, **changes: Any) -> _T:
    """The task with some settings changed. ValueError for a setting that it lacks, or a value that cannot be."""
    for name in changes:
        known("setting", name, task.settings, of=task.name)
    return replace(task, **changes)


def expect(name: str, value: Any, holds: bool, wanted: str) -> None:
    """ValueError in words unless it holds."""
    if not holds:
        raise ValueError(f"{name} is {wanted}; got {value}")


def expect_counts(task: Task, *names: str) -> None:
    """Settings that are whole numbers from 1 on."""
    for name in names:
        expect(name, getattr(task, name), getattr(task, name) >= 1, "at least 1")


def expect_positive(task: Task, *names: str) -> None:
    """Settings that are numbers above 0."""
    for name in names:
        value = getattr(task, name)
        expect(name, value, math.isfinite(value) and value > 0, "a number above 0")


def task_notes(task: Task) -> dict[str, Any]:
    """What a run keeps of its task, in the notes of its settings."""
    return {"task": task.to_dict()}


def task_of_run(folder: Path, tasks: Mapping[str, Task]) -> Task | None:
    """The task by which the run in a folder was trained; None where it is no run of a task.

    Raises ValueError where the settings cannot be understood.
    """
    path = folder / SETTINGS
    if not path.is_file():
        return None
    try:
        written = json.loads(path.read_text(encoding="utf-8"))["notes"].get("task")
        return None if written is None else type(tasks[written["name"]])(**written)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(
            f"{path} does not hold the settings of a run that this version understands: {error}"
        ) from error


def network_of_run(task: Task, folder: Path) -> Module:
    """The network of a run, with its weights: those of its end, else the best, else the last. In evaluation mode.

    Raises ValueError where there are none yet, or they do not fit.
    """
    found = next(
        (folder / n for n in (WEIGHTS, "best.safetensors", "last.safetensors") if (folder / n).is_file()), None
    )
    if found is None:
        raise ValueError(f"{folder} holds no weights yet")
    model = task.network(folder)
    try:
        model.load_state_dict(load_weights(found))
    except ValueError as error:
        raise ValueError(f"{found} does not fit {task.name}: {error}") from error
    model.eval()
    return model

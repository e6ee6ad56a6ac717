"""All runs in a folder side by side: the settings in which they differ, how far they are, their best scores."""

import csv
import io
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from zerokara.recipes import Recipe
from zerokara.training.history import HISTORY
from zerokara.views.runs import SETTINGS, WEIGHTS

NAMED = ("name", "title", "question", "title_ja", "question_ja", "expected", "tolerance")
"""Fields of a recipe that are no settings."""

MEASURES = ("val_accuracy", "val_loss", "accuracy", "loss")
"""What is told of a run; of each the best epoch's. The first that all runs have orders the table."""

MORE_IS_BETTER = ("val_accuracy", "accuracy")


@dataclass(frozen=True)
class Run:
    """A run: where it is, its settings by name, and what it has recorded after every epoch.

    planned: epochs that it was to have. finished: whether its weights are written, so that it came to its end.
    """

    name: str
    folder: Path
    settings: Mapping[str, Any]
    epochs: Sequence[Mapping[str, Any]]
    planned: int | None
    finished: bool

    @property
    def seconds(self) -> float:
        """The training's time."""
        return float(self.epochs[-1].get("seconds", 0.0)) if self.epochs else 0.0

    def best(self, measure: str) -> float | None:
        """The best value of a measure, of whichever epoch; None where it was not measured."""
        values = [row[measure] for row in self.epochs if row.get(measure) is not None]
        return (max if measure in MORE_IS_BETTER else min)(values, default=None)


@dataclass(frozen=True)
class RunTable:
    """The runs of a folder, the best first; `unreadable` says which could not be read, and why."""

    folder: Path
    runs: Sequence[Run]
    unreadable: Sequence[tuple[Path, str]] = ()

    @property
    def measures(self) -> list[str]:
        """What at least one of the runs has measured."""
        return [name for name in MEASURES if any(run.best(name) is not None for run in self.runs)]

    @property
    def differing(self) -> list[str]:
        """The settings in which the runs differ, in the order of a recipe's."""
        return [name for name in self._settings if len({_key(run.settings, name) for run in self.runs}) > 1]

    @property
    def common(self) -> dict[str, Any]:
        """The settings that all runs share."""
        return {} if not self.runs else {n: self.runs[0].settings[n] for n in self._settings if n not in self.differing}

    @property
    def _settings(self) -> list[str]:
        found = dict.fromkeys(name for run in self.runs for name in run.settings)
        order = [f.name for f in fields(Recipe)]
        return sorted(found, key=lambda name: order.index(name) if name in order else len(order))

    def rows(self) -> list[dict[str, Any]]:
        """A dict a run: its name, all settings, epochs, measures and seconds; None for what it lacks."""
        return [
            {
                "run": run.name,
                **{name: run.settings.get(name) for name in self._settings},
                "epochs_done": len(run.epochs),
                "finished": run.finished,
                **{f"best_{name}": run.best(name) for name in MEASURES},
                "seconds": run.seconds,
            }
            for run in self.runs
        ]

    def csv(self) -> str:
        """The rows as a table of text that a spreadsheet opens."""
        rows, written = self.rows(), io.StringIO()
        table = csv.DictWriter(written, list(rows[0]) if rows else ["run"], lineterminator="\r\n")
        table.writeheader()
        table.writerows([{key: _harmless(value) for key, value in row.items()} for row in rows])
        return written.getvalue()


def _harmless(value: Any) -> Any:
    """A text that a spreadsheet takes for a text, not for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" else value


def _key(settings: Mapping[str, Any], name: str) -> str:
    return json.dumps(settings[name], default=str) if name in settings else "-"


def run_table(folder: Path) -> RunTable:
    """All runs in the folder and in the folders within it. ValueError if there is no such folder."""
    if not folder.is_dir():
        raise ValueError(f"there is no folder {folder}; runs are kept where `zerokara train` put them: runs/, or --out")
    found, wrong = [], []
    for place in _places(folder):
        try:
            found.append(_read(folder, place))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            wrong.append((place, str(error)))
    return RunTable(folder, _ordered(found), wrong)


def _places(folder: Path) -> Iterator[Path]:
    for path, below, files in os.walk(folder):
        below[:] = sorted(name for name in below if not name.startswith("."))
        if SETTINGS in files and HISTORY in files:
            yield Path(path)


def _read(folder: Path, place: Path) -> Run:
    written = json.loads((place / SETTINGS).read_text(encoding="utf-8"))
    recipe = (written.get("notes") or {}).get("recipe") or {}
    told = {name: value for name, value in recipe.items() if name not in NAMED}
    if recipe.get("name"):
        told = {"recipe": recipe["name"], **told}
    planned = written.get("training", {}).get("epochs")
    name = place.relative_to(folder).as_posix() if place != folder else place.resolve().name
    finished = (place / WEIGHTS[0]).is_file()
    return Run(name, place, told, _epochs(place / HISTORY), planned if isinstance(planned, int) else None, finished)


def _epochs(path: Path) -> list[dict[str, Any]]:
    """The epochs of a history; of a run in progress the last line may not be whole yet."""
    text = path.read_bytes()
    lines = text[: text.rfind(b"\n") + 1].splitlines()
    return [record for line in lines if b'"epoch"' in line and (record := json.loads(line)).get("kind") == "epoch"]


def _ordered(runs: Sequence[Run]) -> list[Run]:
    """The best first, by the first measure that all of them have; runs without an epoch come last."""
    some = [run for run in runs if run.epochs]
    measure = next((name for name in MEASURES if all(run.best(name) is not None for run in some)), None)
    if measure is None:
        return sorted(runs, key=lambda run: (not run.epochs, run.name))
    sign = -1.0 if measure in MORE_IS_BETTER else 1.0

    def place(run: Run) -> tuple[bool, float, str]:
        best = run.best(measure)
        return best is None, 0.0 if best is None else sign * best, run.name

    return sorted(runs, key=place)

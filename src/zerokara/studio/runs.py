"""The runs that are kept, by their names: one folder, named when the studio starts, and every run a folder in it.

A page says names only; a name is looked up among those that are there and never made part of a path unseen.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from zerokara.recipes import Recipe
from zerokara.training.history import HISTORY
from zerokara.views.runs import of_run, weights_of

NAME = re.compile(r"[A-Za-z0-9][\w-]{0,99}", re.ASCII)
TAIL = 4096
"""Bytes at the end of a history in which its last line stands."""

SHOWN = 200


class Runs:
    """The runs in a folder, which need not be there yet."""

    def __init__(self, folder: str | Path = "runs") -> None:
        self.place = Path(folder)

    def names(self) -> list[str]:
        """The names of all runs that were made by a recipe, the newest first."""
        try:
            found = [p for p in self.place.iterdir() if NAME.fullmatch(p.name) and (p / "settings.json").is_file()]
            found.sort(key=lambda p: (-(p / "settings.json").stat().st_mtime, p.name))
        except OSError:
            return []
        return [p.name for p in found]

    def folder(self, name: Any) -> Path:
        """The folder of the run of this name. ValueError where there is none."""
        if not isinstance(name, str) or name not in self.names():
            told = name[:40] if isinstance(name, str) else type(name).__name__
            raise ValueError(f"there is no run {told!r} here")
        return self.place / name

    def recipe(self, name: Any) -> Recipe:
        """By what the run was made. ValueError where it was made by hand."""
        found = of_run(self.folder(name))
        if found is None:
            raise ValueError(f"the run {name} was not made by a recipe")
        return found

    def weights(self, name: Any) -> Path:
        """The best weights of the run that there are. ValueError where there are none yet."""
        return weights_of(self.folder(name))

    def free(self, name: str) -> Path:
        """A new folder for a run: NAME, or NAME-2, NAME-3 … where there are some already."""
        plain = re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-_")[:50] or "run"
        candidates = (self.place / (plain if i == 1 else f"{plain}-{i}") for i in range(1, 100_000))
        return next(folder for folder in candidates if not folder.exists())

    def told(self) -> list[dict[str, Any]]:
        """Every run for the page: name, data, model, and its last record; what cannot be understood is left out."""
        found = []
        for name in self.names()[:SHOWN]:
            try:
                recipe = of_run(self.place / name)
            except (ValueError, OSError):
                continue
            if recipe is not None:
                last = _last_record(self.place / name)
                ready = any((self.place / name / f"{f}.safetensors").is_file() for f in ("weights", "best", "last"))
                about = {"data": _plain(recipe.data), "model": recipe.model, "epochs": recipe.epochs}
                found.append({"run": name, **about, **last, "readable": ready})
        return found


def _plain(data: str) -> str:
    """What a page may know of a data set: of a folder not where it lies."""
    return "folder" if data.startswith("folder:") else data


def _last_record(folder: Path) -> dict[str, Any]:
    """Step, epoch and validation accuracy of the last whole line of the history."""
    try:
        with (folder / HISTORY).open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - TAIL))
            lines = file.read().split(b"\n")[:-1]
        rows = [json.loads(line) for line in lines if line.startswith(b"{") and line.endswith(b"}")]
    except (OSError, ValueError):
        return {"step": 0, "epoch": 0, "accuracy": None}
    last = rows[-1] if rows else {}
    accuracy = next((row["val_accuracy"] for row in reversed(rows) if row.get("val_accuracy") is not None), None)
    return {"step": last.get("step", 0), "epoch": last.get("epoch", 0), "accuracy": accuracy}

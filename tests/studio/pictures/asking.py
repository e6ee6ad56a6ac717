"""The trainer's job without a page, on the bundled digits: small networks, a folder of the test's own."""

import json
from pathlib import Path
from typing import Any

from zerokara.studio.jobs import pictures

SETTINGS: dict[str, Any] = {
    "data": "digits", "model": "stack", "layers": "conv4-norm-relu-maxpool2-linear16-relu-dropout20", "optimizer": "adamw",
    "lr": 0.01, "schedule": "one-cycle", "batch": 100, "epochs": 3, "decay": 0.01, "smoothing": 0.1,
    "augmentation": "shift", "validation": 0.1, "seed": 3,
}  # fmt: skip


class Asking:
    """A job, and what it was last told."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.runs = folder / "runs"
        self.job = pictures.start({"runs": str(self.runs), "data_dir": str(folder / "data"), **options})
        self.run = ""

    def all(self, do: str, **head: Any) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        found = list(self.job.answer({"do": do, "run": self.run, "n": 7, **head}, {}))
        json.dumps([told for told, _ in found], allow_nan=False)  # as it travels
        assert all(told["n"] == 7 for told, _ in found)
        return found

    def one(self, do: str, **head: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        told, arrays = self.all(do, **head)[-1]
        if told["topic"] == "pictures":
            self.run = told["run"]
        return told, arrays

    def start(self, **changes: Any) -> dict[str, Any]:
        return self.one("start", settings={**SETTINGS, **changes})[0]

    def steps(self, count: int) -> dict[str, Any]:
        """Go on by so many records: with no time to spend each `go` makes one."""
        for _ in range(count):
            told, _ = self.one("go", seconds=0)
        return told

    def end(self) -> dict[str, Any]:
        """To the last epoch, in parts."""
        told: dict[str, Any] = {"state": "learning"}
        while told["state"] in ("ready", "learning"):
            told, _ = self.one("go", seconds=0.05)
        return told

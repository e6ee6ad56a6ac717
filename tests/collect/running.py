"""Runs `zerokara collect` apart, and reads what it has written."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FLOOR = 0.01


def begin(*arguments: object, **wanted: Any) -> subprocess.Popen[str]:
    """Start the command, in a process of its own."""
    options = json.dumps({"floor": FLOOR, **wanted})
    return subprocess.Popen(
        [sys.executable, "-m", "tests.collect.driver", options, "collect", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "LC_ALL": "en_US.UTF-8"},
    )


def run(*arguments: object, **wanted: Any) -> tuple[int, str, str]:
    """Run the command; exit code, standard output, standard error."""
    return end(begin(*arguments, **wanted))


def end(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Wait until a process has ended; exit code, standard output, standard error. One that does not end is killed."""
    try:
        out, error = process.communicate(timeout=300)
    finally:
        process.kill()
    return process.returncode, out, error


def table(folder: Path) -> list[dict[str, str]]:
    """The rows of images.csv."""
    with (folder / "images.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def files(folder: Path) -> set[str]:
    """The pictures that are there, by the names that the table gives them."""
    found = (path for path in folder.rglob("*") if path.is_file() and ".collect" not in path.parts)
    return {path.relative_to(folder).as_posix() for path in found} - {"images.csv"}

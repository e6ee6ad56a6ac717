"""Reading a run's history: one JSON object a line."""

import json
import os
from typing import Any, Literal

from zerokara.io import files
from zerokara.paths import as_path

HISTORY = "history.jsonl"


def read_records(path: str | os.PathLike[str]) -> list[dict[str, Any]]:
    """Every line of a history as a dict; `path` is history.jsonl or the folder of a run.

    A last line without an end (the writer was killed in it) is left out.
    Raises ValueError naming the file and line that cannot be read.
    """
    source = as_path(path, "a history")
    source = source / HISTORY if source.is_dir() else source
    text = files.read(source)
    lines = text[: text.rfind(b"\n") + 1].splitlines()
    return [_parse(line, f"{source}, line {number}") for number, line in enumerate(lines, start=1)]


def read_history(path: str | os.PathLike[str], kind: Literal["step", "epoch"] = "epoch") -> dict[str, list[Any]]:
    """The history as columns: `read_history("runs/mnist")["val_accuracy"]` is one number an epoch.

    kind "epoch" gives a row an epoch, "step" a row an update. A value that a row lacks is None.
    """
    rows = [record for record in read_records(path) if record["kind"] == kind]
    names = dict.fromkeys(name for row in rows for name in row if name != "kind")
    return {name: [row.get(name) for row in rows] for name in names}


def _parse(line: bytes, where: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except ValueError as error:
        raise ValueError(f"{where} is not JSON; the file was changed or damaged") from error
    if not isinstance(record, dict) or "kind" not in record:
        raise ValueError(f"{where} is not a record of a training")
    return record

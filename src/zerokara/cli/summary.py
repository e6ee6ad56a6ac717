"""`zerokara summary`."""

import json as json_format
import re
from collections.abc import Sequence
from typing import Annotated

from cyclopts import Parameter

from zerokara.cli.console import columns, say
from zerokara.cli.errors import UsageError
from zerokara.cli.numbers import Whole
from zerokara.models import MODELS, LayerRow, build_model, count_parameters, summarize
from zerokara.recipes import known


def summary(
    model: str | None = None,
    *,
    input: Annotated[str | None, Parameter(name="--input")] = None,
    classes: Whole = None,
    json: bool = False,
) -> None:
    """Show a model layer by layer.

    Parameters
    ----------
    model
        The model's name; without it, all models are listed.
    input
        The shape of one example: channels x height x width, such as 1x28x28.
    classes
        The number of classes to tell apart.
    json
        One JSON object instead of a table.
    """
    if model is None:
        return _list(json)
    _known_model(model)
    if classes is not None and classes < 1:
        raise UsageError(f"--classes is at least 1; got {classes}")
    shape = MODELS[model].input_shape if input is None else parse_shape(input)
    network = build_model(model, shape, classes)
    rows = summarize(network, shape)
    if json:
        say(json_format.dumps(_as_json(model, shape, rows, count_parameters(network))))
        return None
    return _show(model, shape, rows, count_parameters(network))


def parse_shape(text: str) -> tuple[int, ...]:
    """`1x28x28` (also with × or commas) as (1, 28, 28). Raises UsageError for anything else."""
    parts = re.split(r"[x×,*]", text.strip().lower())
    if not all(part.strip().isdecimal() and 0 < int(part) < 1_000_000 for part in parts):
        raise UsageError(f"--input is a shape such as 1x28x28; got {text!r}")
    return tuple(int(part) for part in parts)


def _known_model(name: str) -> None:
    try:
        known("model", name, MODELS)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _list(json: bool) -> None:
    if json:
        say(json_format.dumps({name: entry.description for name, entry in MODELS.items()}))
        return
    rows = [[entry.name, f"{entry.parameters:,}", entry.description] for entry in MODELS.values()]
    for line in columns([["model", "parameters", ""], *rows], right={1}):
        say(line)


def _show(model: str, shape: Sequence[int], rows: Sequence[LayerRow], parameters: int) -> None:
    say(f"{model}: {MODELS[model].description}")
    say()
    table = [["layer", "kind", "output", "parameters", "multiply-adds"], ["input", "", _shape(shape), "", ""]]
    table += [[r.name, r.kind, _shape(r.output_shape), f"{r.parameters:,}", f"{r.multiply_adds:,}"] for r in rows]
    table.append(["all", "", "", f"{parameters:,}", f"{sum(row.multiply_adds for row in rows):,}"])
    for line in columns(table, right={3, 4}):
        say(line)


def _as_json(model: str, shape: Sequence[int], rows: Sequence[LayerRow], parameters: int) -> dict[str, object]:
    layers = [
        {
            "name": r.name,
            "kind": r.kind,
            "output": list(r.output_shape),
            "parameters": r.parameters,
            "multiply_adds": r.multiply_adds,
        }
        for r in rows
    ]
    return {
        "model": model,
        "input": list(shape),
        "layers": layers,
        "parameters": parameters,
        "multiply_adds": sum(row.multiply_adds for row in rows),
    }


def _shape(shape: Sequence[int]) -> str:
    return "×".join(map(str, shape)) or "–"

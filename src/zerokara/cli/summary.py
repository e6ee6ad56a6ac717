"""`zerokara summary`."""

import json as json_format
from collections.abc import Sequence
from dataclasses import asdict
from math import prod
from typing import Annotated

from cyclopts import Parameter

from zerokara.cli.console import columns, say
from zerokara.cli.errors import UsageError
from zerokara.cli.numbers import Whole
from zerokara.cli.numbers import amount as amount
from zerokara.cli.results import told, words
from zerokara.models import MODELS, LayerRow, build_model, model_entry, summarize, totals
from zerokara.nn.init import unset
from zerokara.recipes import known_model
from zerokara.views.shapes import parse_shape

LARGEST = 2**48  # numbers in an example: more cannot even be counted through a network


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
    model = _known_model(model)
    if classes is not None and classes < 1:
        raise UsageError(f"--classes is at least 1; got {classes}")
    shape = model_entry(model).input_shape if input is None else parse_shape(input)
    rows = _rows(model, shape, classes)
    return say(json_format.dumps(_as_json(model, shape, rows))) if json else _show(model, shape, rows)


def _known_model(name: str) -> str:
    try:
        return known_model(name)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _rows(model: str, shape: tuple[int, ...], classes: int | None) -> list[LayerRow]:
    """The layers; no initial values are drawn and nothing is computed, since only shapes are shown."""
    try:
        if prod(shape) * (classes or 1) > LARGEST:
            raise MemoryError
        with unset():
            return summarize(build_model(model, shape, classes), shape)
    except MemoryError:
        where = f"{_shape(shape)} inputs" + ("" if classes is None else f" and {classes:,} classes")
        raise ValueError(f"{model} for {where} is too large for this machine's memory") from None


def _list(json: bool) -> None:
    if json:
        say(json_format.dumps({name: entry.description for name, entry in MODELS.items()}))
        return
    head = [told("model"), told("input"), told("parameters"), ""]
    rows = [[e.name, _shape(e.input_shape), f"{e.parameters:,}", words(e.description)] for e in MODELS.values()]
    for line in columns([head, *rows], right={2}):
        say(line)


def _show(model: str, shape: Sequence[int], rows: Sequence[LayerRow]) -> None:
    say(told("name", name=model, what=words(model_entry(model).description)))
    say()
    table = [
        [told(head) for head in ("layer", "kind", "output", "parameters", "multiply-adds", "memory")],
        [told("input"), "", _shape(shape)] + [""] * 3,
    ]
    table += [
        [r.name, r.kind, _shape(r.output_shape), f"{r.parameters:,}", f"{r.multiply_adds:,}", amount(r.output_bytes)]
        for r in rows
    ]
    total = totals(rows)
    sums = [f"{total.parameters:,}", f"{total.multiply_adds:,}", amount(total.output_bytes)]
    for line in columns([*table, [told("all"), "", "", *sums]], right={3, 4, 5}):
        say(line)
    say()
    say(
        told(
            "totals",
            parameters=f"{total.parameters:,}",
            bytes=amount(total.parameter_bytes),
            multiply_adds=f"{total.multiply_adds:,}",
            results=amount(total.output_bytes),
            together=amount(total.memory),
        )
    )


def _as_json(model: str, shape: Sequence[int], rows: Sequence[LayerRow]) -> dict[str, object]:
    total = totals(rows)
    layers = [{"output" if k == "output_shape" else k: v for k, v in asdict(row).items()} for row in rows]
    return {"model": model, "input": list(shape), "layers": layers, **asdict(total), "memory": total.memory}


def _shape(shape: Sequence[int]) -> str:
    return "×".join(map(str, shape)) or "–"

"""`zerokara evaluate`."""

import json as json_format
from pathlib import Path
from typing import Any

from zerokara.cli import names
from zerokara.cli.console import columns, safe, say
from zerokara.cli.errors import UsageError
from zerokara.cli.machine import environment
from zerokara.cli.results import told
from zerokara.cli.weights import all_finite
from zerokara.data import Dataset, load
from zerokara.io import load_weights
from zerokara.models import build_model
from zerokara.recipes import Recipe, Result
from zerokara.recipes.page import Told, page
from zerokara.report import percent, significant, whole
from zerokara.training import evaluate as judge
from zerokara.training import read_records

WEIGHTS = ("weights.safetensors", "best.safetensors", "last.safetensors", "previous.safetensors")


def evaluate(
    source: Path,
    *,
    data: str | None = None,
    model: str | None = None,
    data_dir: Path | None = None,
    report: Path | None = None,
    lang: str | None = None,
    json: bool = False,
) -> None:
    """Test a trained network.

    Parameters
    ----------
    source
        The folder of a run, or a file of weights (safetensors).
    data
        Test on this data set instead of the run's own.
    model
        The model that the weights belong to, where no run says so.
    data_dir
        Folder with your own data files; else ZEROKARA_DATA, else the cache.
    report
        Write an HTML report to this file.
    lang
        Language of help, messages and reports: en or ja.
    json
        One JSON object instead of text.
    """
    language = names.language(lang)
    if not source.exists():
        raise ValueError(f"there is no file or folder {source}")
    result = _result(source, _recipe(source, model, data), data_dir)
    if report is not None:
        about = Told(_command(source, data, model), list(environment().items()))
        page(result, language, about).write(report)
    _tell(source, result, json)
    if report is not None and not json:
        say(told("report", path=safe(str(report))))


def _recipe(source: Path, model: str | None, data: str | None) -> Recipe:
    folder = source if source.is_dir() else source.parent
    found = names.of_run(folder)
    if found is not None:
        return names.changed(found, {"model": model, "data": data})
    if source.is_dir():
        raise ValueError(f"{source} is a folder, but not that of a run")
    if model is None or data is None:
        raise UsageError(f"{source} does not say what it belongs to: give --model NAME and --data NAME")
    return names.of_own(model, data)


def _result(source: Path, recipe: Recipe, data_dir: Path | None) -> Result:
    weights = all_finite(source, load_weights(_weights(source)))
    dataset = load(recipe.data, data_dir=data_dir)
    model = build_model(recipe.model, dataset.train.shape, len(dataset.classes))
    try:
        model.load_state_dict(weights)
    except ValueError as error:
        raise ValueError(f"{source} does not fit {recipe.model} on {recipe.data}: {error}") from error
    history = _history(source)
    seconds = float(history[-1].get("seconds", 0.0)) if history else 0.0
    return Result(recipe, dataset, model, judge(model, dataset.test), history, seconds)


def _weights(source: Path) -> Path:
    if not source.is_dir():
        return source
    found = (source / name for name in WEIGHTS if (source / name).is_file())
    path = next(found, None)
    if path is None:
        raise ValueError(f"{source} holds no weights yet")
    return path


def _history(source: Path) -> list[dict[str, Any]]:
    if not source.is_dir() or not (source / "history.jsonl").is_file():
        return []
    return [record for record in read_records(source) if record["kind"] == "epoch"]


def _command(source: Path, data: str | None, model: str | None) -> str:
    options = [f"--{name} {value}" for name, value in (("data", data), ("model", model)) if value]
    return " ".join(["zerokara evaluate", safe(str(source)), *options])


def _tell(source: Path, result: Result, json: bool) -> None:
    evaluation, dataset = result.evaluation, result.dataset
    if json:
        say(json_format.dumps({"source": str(source), **_facts(result)}))
        return
    say(told("on-test-part", source=safe(str(source)), model=result.recipe.model, data=safe(dataset.name)))
    say(
        told(
            "evaluated",
            accuracy=percent(result.accuracy, 2),
            counted=told("counted", correct=whole(evaluation.correct), total=whole(len(evaluation))),
            loss=significant(evaluation.loss, 3),
            calibration=percent(evaluation.calibration_error, 2),
        )
    )
    say()
    for line in _matrix(result, dataset):
        say(line)


def _facts(result: Result) -> dict[str, Any]:
    evaluation = result.evaluation
    return {
        "model": result.recipe.model,
        "data": result.dataset.name,
        "accuracy": evaluation.accuracy,
        "loss": evaluation.loss,
        "correct": evaluation.correct,
        "total": len(evaluation),
        "calibration_error": evaluation.calibration_error,
        "classes": list(result.dataset.classes),
        "confusion": evaluation.confusion.tolist(),
    }


def _matrix(result: Result, dataset: Dataset) -> list[str]:
    """Rows are the true classes, columns the answers; zeros are left out, so that mistakes stand out."""
    short = [safe(name)[:7] for name in dataset.classes]
    rows = [
        [name, *("·" if n == 0 else whole(int(n)) for n in row)]
        for name, row in zip(short, result.evaluation.confusion, strict=True)
    ]
    return columns([[told("matrix-corner"), *short], *rows], right=set(range(1, len(short) + 1)), gap=2)

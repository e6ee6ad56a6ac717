"""`zerokara evaluate`."""

import json as json_format
from pathlib import Path
from typing import Any

from zerokara.cli import names
from zerokara.cli.console import columns, safe, say
from zerokara.cli.errors import UsageError
from zerokara.cli.machine import environment
from zerokara.cli.results import scores, told
from zerokara.data import Dataset
from zerokara.data.inputs import inputs_of
from zerokara.recipes import Recipe, Result
from zerokara.recipes.page import Told, page
from zerokara.recipes.running import judge
from zerokara.report import percent, significant, whole
from zerokara.training import Evaluation, RegressionEvaluation, read_records
from zerokara.views.judging import OfFile, examples
from zerokara.views.runs import inputs_of_run, network_of, no_run, weights_of
from zerokara.views.subject import of_onnx


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
        The folder of a run, an .onnx file, or a file of weights (safetensors).
    data
        Test on this data set instead of the run's own: a name, folder:PATH or csv:FILE, whose classes are the run's.
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
    result = _imported(source, model, data, data_dir) if _is_onnx(source) else _result(source, model, data, data_dir)
    if report is not None:
        about = Told(_command(source, data, model), list(environment().items()))
        page(result, language, about).write(report)
    _tell(source, result, json)
    if report is not None and not json:
        say(told("report", path=safe(str(report))))


def _is_onnx(source: Path) -> bool:
    return source.suffix.lower() == ".onnx" and not source.is_dir()


def _recipe(source: Path, model: str | None, data: str | None) -> Recipe:
    folder = source if source.is_dir() else source.parent
    found = names.of_run(folder)
    if found is not None:
        return names.changed(found, {"model": model, "data": data})
    if source.is_dir():
        raise no_run(source)
    if model is None or data is None:
        raise UsageError(f"{source} does not say what it belongs to: give --model NAME and --data NAME")
    return names.of_own(model, data)


def _result(source: Path, model: str | None, data: str | None, data_dir: Path | None) -> Result:
    recipe = _recipe(source, model, data)
    if model is not None and recipe.start:
        raise UsageError(f"the run in {source} started from {recipe.start}, and has that network; leave out --model")
    weights = _weights(source)
    folder = source if source.is_dir() else source.parent
    of_run = inputs_of_run(folder)
    dataset = examples(recipe.data, of_run, is_other=data is not None, data_dir=data_dir)
    inputs = inputs_of(dataset) if of_run is None or data is not None else of_run
    network = network_of(recipe, inputs, weights, folder if recipe.start else None)
    history = _history(source)
    seconds = float(history[-1].get("seconds", 0.0)) if history else 0.0
    return Result(recipe, dataset, network, judge(network, dataset), history, seconds)


def _imported(source: Path, model: str | None, data: str | None, data_dir: Path | None) -> Result:
    """An ONNX file on the data that are named; its metadata say how they are read."""
    if model is not None:
        raise UsageError("an ONNX file is a model itself; leave out --model")
    if data is None:
        raise UsageError(f"say on which data {source} is judged: --data folder:PATH, csv:FILE or a data set's name")
    about = of_onnx(source, source.name)
    dataset = examples(data, about.inputs or about.as_pictures(), is_other=True, data_dir=data_dir)
    return Result(OfFile.of(source, data), dataset, about.model, judge(about.model, about.scaled(dataset)))


def _weights(source: Path) -> Path:
    return weights_of(source) if source.is_dir() else source


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
    if isinstance(evaluation, RegressionEvaluation):
        errors = (evaluation.mean_absolute_error, evaluation.root_mean_squared_error)
        mean, root = (significant(error, 3) for error in errors)
        say(told("evaluated-number", mean=mean, root=root, r2=f"{evaluation.r2:.3f}", total=whole(len(evaluation))))
        return
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
    for line in _matrix(evaluation, dataset):
        say(line)


def _facts(result: Result) -> dict[str, Any]:
    evaluation = result.evaluation
    facts = {"model": result.recipe.model, "data": result.dataset.name, **scores(evaluation)}
    if isinstance(evaluation, RegressionEvaluation):
        return facts
    return {
        **facts,
        "calibration_error": evaluation.calibration_error,
        "classes": list(result.dataset.classes),
        "confusion": evaluation.confusion.tolist(),
    }


def _matrix(evaluation: Evaluation, dataset: Dataset) -> list[str]:
    """Rows are the true classes, columns the answers; zeros are left out, so that mistakes stand out."""
    short = [safe(name)[:7] for name in dataset.classes]
    rows = [
        [name, *("·" if n == 0 else whole(int(n)) for n in row)]
        for name, row in zip(short, evaluation.confusion, strict=True)
    ]
    return columns([[told("matrix-corner"), *short], *rows], right=set(range(1, len(short) + 1)), gap=2)

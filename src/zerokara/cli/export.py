"""`zerokara export`."""

import json as json_format
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from zerokara.arrays import Array, Shape
from zerokara.cli import names
from zerokara.cli.console import safe, say
from zerokara.cli.errors import UsageError
from zerokara.cli.numbers import Whole
from zerokara.cli.results import told
from zerokara.cli.summary import amount
from zerokara.data.inputs import Pictures
from zerokara.data.text import read_vocabulary
from zerokara.io import Exported, load_weights, save_onnx
from zerokara.io.onnx.agreement import CHECKED
from zerokara.models import MODELS, build_model, model_entry
from zerokara.nn import Module
from zerokara.nn.init import unset
from zerokara.recipes import TASKS, known_model, network_of_run, task_of_run
from zerokara.recipes.language import LanguageTask
from zerokara.views.runs import no_run, opened, weights_of
from zerokara.views.shapes import parse_shape
from zerokara.views.weights import all_finite

PIXELS = {"mean": "[0.0]", "std": "[1.0]"}
"""How runs prepare pictures, as the file's metadata say it: x = (pixels in 0…1 − mean) / std."""


@dataclass(frozen=True)
class Plan:
    """What is exported: a model by name, its sizes, its weights, and what the file says of itself.

    `classes` is how many there are (None: as many as the weights know), `named` their names; `network` that of a run;
    `tokens` how many a model of language knows.
    """

    model: str
    shape: Shape
    classes: int | None
    weights: Path | None
    named: tuple[str, ...]
    texts: dict[str, str]
    network: Module | None = None
    tokens: int | None = None


def export(
    source: str,
    out: Path,
    *,
    weights: Path | None = None,
    input: Annotated[str | None, Parameter(name="--input")] = None,
    classes: Whole = None,
    data_dir: Path | None = None,
    opset: int = 17,
    json: bool = False,
) -> None:
    """Write a network to an ONNX file, for other programs.

    Parameters
    ----------
    source
        The folder of a run, or the name of a model. A model of language takes as many tokens as it learned to read at
        once, and the file holds its vocabulary.
    out
        The file to write, such as model.onnx.
    weights
        The weights (safetensors or npz) of a model given by its name; without them, it gets initial values.
    input
        The shape of one example, channels x height x width; else that of the run's data, or the model's usual one.
    classes
        The number of classes the weights tell apart, where it is not the usual one.
    data_dir
        Folder with your own data files; else ZEROKARA_DATA, else the cache.
    opset
        The version of ONNX's operators: 17 to 21.
    json
        One JSON object instead of text.
    """
    if classes is not None and classes < 1:
        raise UsageError(f"--classes is at least 1; got {classes}")
    shape = None if input is None else parse_shape(input)
    if _is_run(source, weights):
        plan = _run(Path(source), shape, classes, data_dir)
    else:
        plan = _of_catalogue(source, shape, classes, weights)
    try:
        options = {"classes": plan.named, "metadata": plan.texts, "tokens": plan.tokens, "opset": opset}
        found = save_onnx(_model(plan), out, plan.shape, **options)  # type: ignore[arg-type]
    except MemoryError:
        raise ValueError(f"{plan.model} for {_shape(plan.shape)} is too large for this machine's memory") from None
    say(json_format.dumps(_facts(plan, found))) if json else _tell(plan, found)


def _is_run(source: str, weights: Path | None) -> bool:
    if source in MODELS or not Path(source).is_dir():
        return False
    if weights is not None:
        raise UsageError("--weights belongs to a model given by its name; a run has its own")
    return True


def _of_catalogue(source: str, shape: Shape | None, classes: int | None, weights: Path | None) -> Plan:
    if Path(source).is_file():
        raise UsageError(f"{source} does not say what it belongs to: give a model's name and --weights {source}")
    try:
        entry = model_entry(known_model(source))
    except ValueError as error:
        raise UsageError(f"{error}; the folder of a run will do too") from error
    return Plan(entry.name, shape or entry.input_shape, classes, weights, (), {"model": entry.name})


def _run(folder: Path, shape: Shape | None, classes: int | None, data_dir: Path | None) -> Plan:
    """A run tells its model and what it is given, unless the command line gives another size."""
    task = task_of_run(folder, TASKS)
    if isinstance(task, LanguageTask):
        return _language(folder, task, shape)
    recipe = names.of_run(folder)
    if recipe is None:
        raise no_run(folder)
    texts = {"model": recipe.model, "data": recipe.data, "recipe": recipe.name}
    if shape is not None and recipe.start:
        raise UsageError(f"the run in {folder} started from another network, whose size it keeps; leave out --input")
    if shape is not None:
        return Plan(recipe.model, shape, classes, weights_of(folder), (), texts)
    recipe, inputs, network = opened(folder, data_dir)
    texts |= PIXELS if isinstance(inputs, Pictures) else {}
    texts["inputs"] = json_format.dumps(inputs.to_dict(), ensure_ascii=False)
    return Plan(recipe.model, inputs.shape, None, weights_of(folder), inputs.classes, texts, network)


def _language(folder: Path, task: LanguageTask, shape: Shape | None) -> Plan:
    """A model of language, for as many tokens as it learned to read at once; the file holds its vocabulary."""
    if shape is not None:
        raise UsageError(f"the run in {folder} reads tokens, no pictures; leave out --input")
    network, vocabulary = network_of_run(task, folder), read_vocabulary(folder)
    texts = {"model": type(network).__name__, "data": task.data, "recipe": task.name}
    texts["vocabulary"] = json_format.dumps(vocabulary.to_json(), ensure_ascii=False)
    return Plan(texts["model"], (task.read_at_once,), None, weights_of(folder), (), texts, network, len(vocabulary))


def _model(plan: Plan) -> Module:
    if plan.network is not None:
        return plan.network
    if plan.weights is None:
        return build_model(plan.model, plan.shape, plan.classes)
    state = all_finite(plan.weights, load_weights(plan.weights))
    with unset():
        model = build_model(plan.model, plan.shape, plan.classes or len(plan.named) or _counted(plan, state))
    try:
        model.load_state_dict(state)
    except ValueError as error:
        raise ValueError(f"{plan.weights} does not fit {plan.model} for {_shape(plan.shape)}: {error}") from error
    return model


def _counted(plan: Plan, state: dict[str, Array]) -> int | None:
    """How many classes these weights tell apart: as many as the model's last parameter is long."""
    with unset():
        last = list(build_model(plan.model, plan.shape).named_parameters())[-1][0]
    return len(state[last]) if last in state and state[last].ndim else None


def _facts(plan: Plan, found: Exported) -> dict[str, Any]:
    return {
        "file": str(found.path),
        "model": plan.model,
        "input": list(plan.shape),
        "weights": None if plan.weights is None else str(plan.weights),
        "nodes": found.nodes,
        "parameters": found.parameters,
        "bytes": found.size,
        "opset": found.opset,
        "difference": found.difference,
    }


def _tell(plan: Plan, found: Exported) -> None:
    say(
        told(
            "exported",
            path=safe(str(found.path)),
            model=plan.model,
            shape=_shape(plan.shape),
            parameters=f"{found.parameters:,}",
            nodes=f"{found.nodes:,}",
            size=amount(found.size),
            opset=found.opset,
        )
    )
    if plan.weights is None:
        say(told("unlearned"))
    if found.difference is None:
        say(told("not-compared"))
        return
    lengths = told("comma").join(map(str, CHECKED[:-1]))
    say(told("agrees", lengths=lengths, last=CHECKED[-1], most=f"{found.difference:.1e}"))


def _shape(shape: Shape) -> str:
    return "×".join(map(str, shape))

"""`zerokara sample`."""

import json as json_format
import math
from pathlib import Path
from typing import Annotated

import numpy as np
from cyclopts import Parameter

from zerokara.arrays import Array, generator
from zerokara.cli import names
from zerokara.cli.console import safe, say
from zerokara.cli.errors import UsageError
from zerokara.cli.numbers import Whole
from zerokara.cli.results import told
from zerokara.cli.train_task import command_of, command_with
from zerokara.data import DataError, Split, load
from zerokara.data.inputs import Pictures
from zerokara.explain import diffusion_steps
from zerokara.explain.pictures import enlarged
from zerokara.io import write_atomically
from zerokara.io.png import as_pixels, png
from zerokara.models import Diffusion, Learner, Objective
from zerokara.recipes import TASKS, network_of_run, task_of_run
from zerokara.recipes.pictures import Making, made, pictures_of_run
from zerokara.release import __version__
from zerokara.report import Code, Lang, Page, Section
from zerokara.views.made import blocks, shown

OUT = Path("sample.png")
MOST, LEAST = 10_000, 56
"""Pictures that are made at most; pixels along the shorter side of a picture, below which it is enlarged."""


def sample(
    run: Path | None = None,
    *,
    count: Whole = None,
    class_: Annotated[list[str] | None, Parameter(name="--class")] = None,
    guidance: float | None = None,
    seed: Whole = None,
    columns: Whole = None,
    steps: bool = False,
    out: Path = OUT,
    report: Path | None = None,
    data_dir: Path | None = None,
    json: bool = False,
    lang: str | None = None,
) -> None:
    """Make new pictures with a trained network.

    Parameters
    ----------
    run
        The folder of a run of a recipe that makes pictures: vae, diffusion.
    count
        How many pictures; 64 unless given.
    class_
        The class to draw, by name or number, once or several times, in turns; all classes in turns unless given.
    guidance
        How much the class counts: 1 as learned, 0 not at all, 2 or more exaggerates.
    seed
        Where the random numbers start; the same seed gives the same pictures.
    columns
        Pictures in a row of the sheet.
    steps
        Show the way from noise: a row for each time of the chain, at most 10 pictures.
    out
        The PNG file for the pictures.
    report
        Write a page too: new pictures, the plane of codes and a walk between two pictures, or the steps from noise.
    data_dir
        Folder with data files, for the test pictures of the page.
    json
        Print one JSON object.
    lang
        Language of help, messages and reports: en or ja.
    """
    if run is None:
        raise UsageError("say which network: zerokara sample RUN, the folder of a run of vae or diffusion")
    language = names.language(lang)
    amount, start = 64 if count is None else count, 0 if seed is None else seed
    if not 1 <= amount <= MOST:
        raise UsageError(f"--count lies between 1 and {MOST}; got {amount}")
    if start < 0 or (columns is not None and columns < 1):
        raise UsageError("--seed is at least 0 and --columns at least 1")
    task, model, pictures = _network(run)
    strength = 1.0 if guidance is None else guidance
    labels = _labels(model, pictures, class_, amount)
    if steps:
        sheet = _chain(model, pictures, labels, min(amount, 10), strength, start)
    else:
        if guidance is not None and labels is None:
            raise UsageError("guidance exaggerates a class, and this network was not told classes: leave it out")
        sheet = shown(made(model, pictures, amount, labels, strength, start), columns or _across(amount))
    times = max(1, round(LEAST / min(pictures.height, pictures.width)))
    write_atomically(out, png(enlarged(as_pixels(sheet), times)))
    if report is not None:
        # the same page again: count, classes and columns only change the sheet beside it
        command = command_with("sample", run, {"guidance": guidance, "seed": start, "report": "page.html"})
        _page(task, command, model, pictures, _test(task, data_dir), strength, start, language).write(report)
    if json:
        facts = {"run": str(run), "count": amount, "out": str(out), "report": None if report is None else str(report)}
        say(json_format.dumps({**facts, "classes": None if labels is None else labels.tolist()}))
        return
    say(told("pictures-made", path=safe(str(out))))
    if report is not None:
        say(told("report", path=safe(str(report))))


def _network(run: Path) -> tuple[Making, Learner, Pictures]:
    task = task_of_run(run, TASKS)
    if not isinstance(task, Making):
        if task is not None:
            raise ValueError(f"{run} is a run of {task.name}, which makes no pictures: zerokara generate writes on")
        what = "holds no run that makes pictures"
        raise ValueError(f"{run} {what}: train one first, zerokara train --recipe vae or --recipe diffusion")
    found = network_of_run(task, run)
    assert isinstance(found, Objective)
    return task, found.model, pictures_of_run(run)


def _labels(model: Learner, pictures: Pictures, asked: list[str] | None, count: int) -> Array | None:
    """The class of each picture; None where the network was not told any."""
    if not isinstance(model, Diffusion) or not model.classes:
        if asked:
            raise UsageError("this network was not told classes: leave --class out")
        return None
    chosen = [_class(pictures, name) for name in asked] if asked else list(range(model.classes))
    return np.resize(np.array(chosen), count)


def _class(pictures: Pictures, name: str) -> int:
    if name in pictures.classes:
        return int(pictures.classes.index(name))
    if name.isascii() and name.isdigit() and int(name) < len(pictures.classes):
        return int(name)
    raise UsageError(f"there is no class {name!r}: known are {', '.join(pictures.classes)}")


def _chain(model: Learner, pictures: Pictures, labels: Array | None, count: int, guidance: float, seed: int) -> Array:
    if not isinstance(model, Diffusion):
        raise UsageError("--steps shows how a diffusion model walks from noise; this run has none")
    told_classes = None if labels is None else labels[:count]
    found = diffusion_steps(model, count, pictures.shape, told_classes, guidance=guidance, rng=generator(seed, "made"))
    return shown(found.examples.reshape(-1, *pictures.shape) / 2 + 0.5, count)


def _across(count: int) -> int:
    return max(1, math.isqrt(count - 1) + 1)


def _test(task: Making, data_dir: Path | None) -> Split | None:
    """The test pictures, where the data are here."""
    try:
        return load(task.data, data_dir=data_dir, download=False).test
    except DataError:
        return None


def _page(
    task: Making,
    command: str,
    model: Learner,
    pictures: Pictures,
    test: Split | None,
    guidance: float,
    seed: int,
    lang: Lang,
) -> Page:
    return Page(
        title=task.say("title", lang),
        sections=[
            Section(told("made-pictures"), blocks(model, pictures, test, lang, guidance=guidance, seed=seed)),
            Section(told("made-repeat"), [Code(command_of(task)), Code(safe(command))]),
        ],
        question=task.say("question", lang),
        kicker="zerokara ゼロから · sample",
        footer=f"zerokara {__version__}",
        lang=lang,
    )

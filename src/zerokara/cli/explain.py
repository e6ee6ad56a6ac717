"""`zerokara explain`."""

import json as json_format
import math
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from zerokara.cli import names
from zerokara.cli.console import safe, say
from zerokara.cli.errors import FAILED, UsageError, say_error
from zerokara.cli.errors import explain as in_words
from zerokara.cli.language import current
from zerokara.cli.numbers import Whole
from zerokara.cli.results import told
from zerokara.cli.rows import explain_rows, pictures_of
from zerokara.explain.unit import Unit
from zerokara.io import save_npz, write_atomically
from zerokara.io.files import make_folder
from zerokara.report import percent, significant
from zerokara.views.explain_report import page
from zerokara.views.explained import Explained, arrays, chosen_methods, explained, to_dict, write
from zerokara.views.preparing import Preparation, View, preparation, views
from zerokara.views.subject import Subject, subject
from zerokara.views.units import parse_unit

OUT = Path("zerokara-explain")
TERMS = 8
"""Terms of a unit that are printed one by one."""

KEPT = ("report.html", "explanations.json", "explanations.npz")
"""What a call writes once; a folder with one of them is left as it is."""


def explain(
    *files: Path,
    model: str | None = None,
    weights: Path | None = None,
    method: str | None = None,
    class_: Annotated[list[str] | None, Parameter(name="--class")] = None,
    layer: str | None = None,
    maps: bool = False,
    unit: list[str] | None = None,
    out: Path = OUT,
    classes: Path | None = None,
    prepare: str = "auto",
    input: Annotated[str | None, Parameter(name="--input")] = None,
    resize: Whole = None,
    mean: str | None = None,
    std: str | None = None,
    bgr: bool = False,
    no_curves: bool = False,
    data_dir: Path | None = None,
    json: bool = False,
    lang: str | None = None,
) -> int:
    """Show what in a picture speaks for a class.

    Parameters
    ----------
    files
        Pictures: PNG, JPEG, BMP, GIF, WebP, TIFF, or folders of them; for a network that learned from a table, CSV
        files.
    model
        A model's name (with --weights), the folder of a run, or an .onnx file; else the reader of drawn digits.
    weights
        A file of weights (safetensors, npz) for a model's name.
    method
        Methods with commas between them, or all: saliency, smooth-grad, integrated-gradients, occlusion, grad-cam,
        grad-cam++.
    class_
        The class to explain, by name or number, once or several times; else the one that the model prefers.
    layer
        The layer for Grad-CAM; by default the last one with maps.
    maps
        Show the feature maps of every layer too.
    unit
        Account for a unit, once or several times: a layer and a place in what it gives, as relu2a:7,5,5 or fc1:3.
    out
        The folder for pictures, numbers and report; where it holds an earlier report, OUT-2, OUT-3 and so on.
    classes
        A text file with the names of the classes, one a line.
    prepare
        How pictures are made for the network: digit (as the reader does it), photo (resized and cut), exact, or auto.
    input
        The shape of a picture, channels x height x width, where the model does not say it.
    resize
        Pixels of the shorter side before the centre is cut out.
    mean
        What is subtracted, one number or one a channel; above 1 it is meant for pixels from 0 to 255.
    std
        What is divided by.
    bgr
        Blue, green, red from 0 to 255, as networks from Caffe take them.
    no_curves
        Leave out the deletion and insertion curves, which take most of the time.
    data_dir
        Folder with data files, for a run that was trained on them.
    json
        Print one JSON object a line, one for each picture (or digit).
    lang
        Language of help, messages and reports: en or ja.
    """
    if not files:
        raise UsageError("explain needs at least one picture: zerokara explain seven.png")
    language = names.language(lang)
    about = subject(model, weights, classes, input, data_dir)
    if about.table is not None:
        return explain_rows(files, about, about.table, json)
    how = preparation(about, prepare, mean, std, bgr, resize)
    ways = chosen_methods(method, about)
    targets = [about.class_index(text) for text in class_ or []]
    units = [parse_unit(text) for text in unit or []]
    seen, code = _views(files, about, how)
    folder = make_folder(_unused(out)) if seen else out
    done: list[Explained] = []
    for name, view in seen.items():
        one = explained(about, view, name, ways, targets, layer, curves=not no_curves, maps=maps, units=units)
        write(one, folder)
        say(json_format.dumps(to_dict(one, about), ensure_ascii=False)) if json else _tell(one, about)
        done.append(one)
    if done:
        _keep(done, about, how, folder)
        page(done, about, language).write(folder / "report.html")
        if not json:
            say(told("report", path=safe(str(folder / "report.html"))))
    return code


def _unused(out: Path) -> Path:
    """The folder, or the first of FOLDER-2, -3 … that holds no explanations yet: none is written over."""
    candidates = (out if i == 1 else out.with_name(f"{out.name}-{i}") for i in range(1, 10_000))
    return next(folder for folder in candidates if not any((folder / name).exists() for name in KEPT))


def _views(files: tuple[Path, ...], about: Subject, how: Preparation) -> tuple[dict[str, View], int]:
    """The views under names of their own; pictures that cannot be used are named on standard error."""
    found: dict[str, View] = {}
    code = 0
    for file in pictures_of(files):
        try:
            for view in views(file, about, how):
                found[_free(view.name, found)] = view
        except UsageError:
            raise
        except (ValueError, OSError, MemoryError) as error:
            say_error(in_words(error)[0])
            code = FAILED
    return found, code


def _free(name: str, taken: dict[str, View]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}~{number}"
    return free


def _tell(one: Explained, about: Subject) -> None:
    comma, colon = told("comma"), told("colon")
    best = (f"{safe(about.called(i))} {percent(float(one.probabilities[i]))}" for i in one.best(3))
    say(f"{safe(one.view.file)}{colon}{comma.join(best)}")
    for found in one.told:
        e = found.explanation
        parts = [f"  {safe(about.called(found.target))}", e.method]
        parts += [told("layer-named", layer=safe(e.layer))] if e.layer else []
        if found.deletion is not None and found.insertion is not None:
            deletion, insertion = (significant(float(c.area[0]), 2) for c in (found.deletion, found.insertion))
            parts.append(told("areas", deletion=deletion, insertion=insertion))
        note = "; ".join(n.japanese if current() == "ja" else n.english for n in e.notes[0]) if e.notes else ""
        say(comma.join(parts) + (f"{colon}{note}" if note else ""))
    for account in one.units:
        _tell_unit(account, about)


def _tell_unit(unit: Unit, about: Subject) -> None:
    """The formula, where it looks, the gradient, and the largest terms one by one."""
    place = ",".join(map(str, unit.index))
    say(told("unit", layer=safe(unit.layer), place=place, formula=unit.formula()))
    if unit.kind != "sum":
        say("    " + told(f"unit-{unit.kind}", rule=unit.rule))
    if unit.box is not None:
        top, left, bottom, right = unit.box
        say("    " + told("unit-field", top=top, left=left, bottom=bottom - 1, right=right - 1))
    numbers = {"gradient": significant(unit.gradient, 4), "score": significant(unit.score, 4)}
    say("    " + told("unit-gradient", name=safe(about.called(unit.target)), **numbers))
    rows = [["w·x", "w", "x", "∂S/∂x", "∂S/∂w", told("unit-from")]]
    for term in unit.terms[:TERMS]:
        numbers_of = (term.product, term.w, term.x, term.gradient_x, term.gradient_w)
        where = f"{safe(term.source) or '–'}[{','.join(map(str, term.at))}]"
        rows.append([*("–" if math.isnan(n) else significant(n, 4) for n in numbers_of), where])
    more = len(unit.terms) - len(unit.terms[:TERMS])
    rows += [[significant(unit.rest(TERMS), 4), "", "", "", "", told("unit-rest", count=more)]] if more else []
    rows += [[significant(unit.bias, 4), "", "", "", "", "b"]] if unit.bias else []
    widths = [max(len(row[k]) for row in rows) for k in range(5)]
    for row in rows:
        say("    " + "  ".join([*(cell.rjust(w) for cell, w in zip(row, widths, strict=False)), row[5]]).rstrip())


def _keep(done: list[Explained], about: Subject, how: Preparation, folder: Path) -> None:
    kept = {"preparation": how.to_dict(), "pictures": [to_dict(one, about) for one in done]}
    write_atomically(folder / "explanations.json", (json_format.dumps(kept, indent=2) + "\n").encode())
    save_npz(folder / "explanations.npz", {name: a for one in done for name, a in arrays(one).items()})

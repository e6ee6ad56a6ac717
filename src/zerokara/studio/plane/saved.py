"""A training on the plane as a page to keep: what it learned, in pictures and numbers, and a program to repeat it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.report import (
    Axis,
    Cell,
    Code,
    Fact,
    Figure,
    Folded,
    Lang,
    Line,
    Page,
    Picture,
    Section,
    Table,
    Text,
    Tile,
    gallery,
    line_chart,
    percent,
    significant,
    whole,
)
from zerokara.studio.colours import class_colours
from zerokara.studio.plane.data import SIDE, Points
from zerokara.studio.plane.plan import journal
from zerokara.studio.plane.steering import Steered
from zerokara.studio.plane.surfaces import answer_map, measured, unit_maps
from zerokara.views.reproducing import reproducing

GRID, UNIT = 240, 48
"""Pixels a side of the picture of the output, and of those of the units."""

COLUMNS = 300
MOST_UNITS = 96

CLASS_COLOURS = np.array(class_colours(), np.float64)
LESS, MORE, PAPER = CLASS_COLOURS[1], CLASS_COLOURS[0], np.array([255.0, 255.0, 255.0])

TEXTS: dict[str, Text] = {
    "title": Text("A network on the plane after {step} updates", "平面のネットワーク：{step} 回更新後"),
    "training": Text("training points", "学習データ"),
    "test": Text("test points", "テスト"),
    "loss": Text("loss {loss}", "損失 {loss}"),
    "parameters": Text("parameters", "パラメータ"),
    "output": Text("Output", "答え"),
    "everywhere": Text("Everywhere on the plane", "平面全体"),
    "output-words": Text(
        "The network's output on the plane, −1.5 to 1.5. Squares: training points; framed in white: test points.",
        "平面（−1.5〜1.5）の各点での出力。四角は学習データ、白枠はテスト。",
    ),
    "units": Text("Units of the hidden layers", "隠れ層のユニット"),
    "unit": Text("layer {layer}, unit {unit}", "層 {layer}、ユニット {unit}"),
    "unit-words": Text("output of unit {unit} of layer {layer} on the plane", "層 {layer} のユニット {unit} の出力"),
    "curve": Text("Loss", "損失"),
    "batches": Text("training batches", "学習（バッチごと）"),
    "part": Text("data", "データ"),
    "label": Text("label", "ラベル"),
    "weights": Text("Weights", "重み"),
    "update": Text("update", "更新"),
    "again": Text(
        "Everything that the numbers depend on. The program makes the same training again, with the same bits.",
        "数値を決めるものすべてです。プログラムは同じ学習をビット単位で再現します。",
    ),
}  # fmt: skip


def say(lang: Lang, key: str, **values: object) -> str:
    """The text `key` in `lang`."""
    return TEXTS[key](lang, **values)


def saved_page(training: Steered, settings: Mapping[str, str], link: str, lang: Lang) -> Page:
    """The page. Nothing of the training is changed."""
    facts: list[Fact] = []
    for name, (loss, share) in measured(training).items():
        value = significant(loss) if share is None else percent(share)
        note = "" if share is None else say(lang, "loss", loss=significant(loss))
        facts.append(Fact(say(lang, "training" if name == "train" else "test"), value, note, main=not facts))
    count = sum(p.data.size for p in training.model.parameters())
    facts.append(Fact(say(lang, "parameters"), whole(count)))
    sections = [
        Section(say(lang, "output"), [_output(training, lang)]),
        *_units(training, lang),
        *_curve(training, lang),
        Section(
            say(lang, "weights"), [Folded(name, [_matrix(p.data)]) for name, p in training.model.named_parameters()]
        ),
        reproducing(say(lang, "again"), settings, link, [Code(program(training))], lang),
    ]
    title = say(lang, "title", step=whole(training.step))
    return Page(title, sections, facts=facts, kicker="zerokara ゼロから · studio", lang=lang)


def program(training: Steered) -> str:
    """A dozen lines that make the training again, up to this step."""
    marks = [mark for mark in training.marks if mark.step <= training.step]
    told = json.dumps(journal(training.plan.live, marks))
    return "\n".join(
        [
            "import json",
            "from zerokara.studio.plane.data import Choice",
            "from zerokara.studio.plane.network import Layers",
            "from zerokara.studio.plane.plan import Live, Plan, marks_of",
            "from zerokara.studio.plane.steering import Steered",
            f"plan = {training.plan!r}",
            f"changes = json.loads({told!r})",
            "training = Steered(plan, marks_of(plan.live, changes))",
            f"training.reach({training.step})",
            "print(training.step, training.curve.losses[-1:])",
            "for name, value in training.weights.items():",
            "    print(name, value)",
        ]
    )


def _output(training: Steered, lang: Lang) -> Figure:
    scores = answer_map(training, GRID)
    coloured: Callable[[Array], Array]
    if training.live.data.regression:
        scale = max(1e-6, float(np.abs(training.train.labels).max(initial=0)))
        pixels = _signed(np.nan_to_num(scores[..., 0]), scale)
        coloured = partial(_signed, scale=scale)
    else:
        with np.errstate(all="ignore"):
            powers = np.exp(scores - scores.max(axis=2, keepdims=True))
            sure = np.nan_to_num(powers.max(axis=2) / powers.sum(axis=2))
        even = 1 / training.outputs
        share = np.clip((sure - even) / (1 - even), 0, 1)[..., None] * 0.62
        pixels = PAPER + (CLASS_COLOURS[scores.argmax(axis=2)] - PAPER) * share
        coloured = _of_classes
    for points, frame in ((training.train, False), (training.test, True)):
        _dots(pixels, points, coloured(points.labels), frame)
    picture = Picture(np.round(pixels).astype(np.uint8), say(lang, "output-words"), wide=True)
    table = Table(
        [say(lang, "part"), "x", "y", say(lang, "label")],
        [*_rows(training.train, say(lang, "training")), *_rows(training.test, say(lang, "test"))],
    )
    tile = Tile([picture], text=say(lang, "output-words"))
    return gallery(say(lang, "everywhere"), [tile], table=table, lang=lang, large=True)


def _rows(points: Points, name: str) -> list[list[Cell]]:
    return [
        [name, f"{x:.3f}", f"{y:.3f}", f"{t:g}"]
        for (x, y), t in zip(points.xy.tolist(), points.labels.tolist(), strict=True)
    ]


def _dots(pixels: Array, points: Points, colours: Array, framed: bool) -> None:
    """Every point as a square of five pixels with an edge: dark, or white."""
    edge = PAPER if framed else PAPER * 0.1
    for (x, y), colour in zip(points.xy.tolist(), colours, strict=True):
        column, row = (int((v / SIDE + 1) / 2 * GRID) for v in (x, -y))
        if 3 <= column < GRID - 3 and 3 <= row < GRID - 3:
            pixels[row - 2 : row + 3, column - 2 : column + 3] = edge
            pixels[row - 1 : row + 2, column - 1 : column + 2] = colour


def _of_classes(labels: Array) -> Array:
    colours: Array = CLASS_COLOURS[labels.astype(np.int64)]
    return colours


def _signed(values: Array, scale: float) -> Array:
    """Less than zero in one colour, more in another: (…) → (…, 3)."""
    share = np.clip(np.abs(values) / scale, 0, 1)[..., None] * 0.85
    mixed: Array = PAPER + (np.where(values[..., None] < 0, LESS, MORE) - PAPER) * share
    return mixed


def _units(training: Steered, lang: Lang) -> list[Section]:
    tiles: list[Tile] = []
    for layer, maps in enumerate(unit_maps(training, UNIT), 1):
        scale = max(1e-6, float(np.abs(np.nan_to_num(maps)).max()))
        for unit, values in enumerate(np.nan_to_num(maps), 1):
            told: dict[str, Any] = {"layer": layer, "unit": unit}
            shown = np.round(_signed(values, scale)).astype(np.uint8)
            tiles.append(Tile([Picture(shown, say(lang, "unit-words", **told))], say(lang, "unit", **told)))
    title = say(lang, "units")
    return [Section(title, [gallery(title, tiles[:MOST_UNITS], lang=lang)])] if tiles else []


def _curve(training: Steered, lang: Lang) -> list[Section]:
    curve, tests = training.curve.thinned(COLUMNS), training.curve.thinned_tests(COLUMNS)
    if not len(curve):
        return []
    middle = (curve[:, 1] + curve[:, 2]) / 2
    lines = [Line(say(lang, "batches"), curve[:, 0], middle)]
    if len(tests):
        lines.append(Line(say(lang, "test"), tests[:, 0], tests[:, 1]))
    finite = [v for line in lines for v in line.y if np.isfinite(v)]
    title = say(lang, "curve")
    axes = Axis(say(lang, "update"), whole=True), Axis(title, log=bool(finite) and min(finite) > 0)
    return [Section(title, [line_chart(title, lines, *axes, lang=lang, wide=True)])]


def _matrix(array: Array) -> Table:
    flat = array.reshape(-1, array.shape[-1]) if array.ndim > 1 else array.reshape(-1, 1)
    rows: list[list[Cell]] = [[str(k), *(f"{v:.7g}" for v in row)] for k, row in enumerate(flat[:64].tolist())]
    return Table(["", *map(str, range(flat.shape[1]))], rows)

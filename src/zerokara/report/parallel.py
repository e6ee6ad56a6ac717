"""Parallel coordinates: a line for each of many things, through one upright axis for each of their properties.

(A. Inselberg, The plane with parallel coordinates, The Visual Computer 1 (1985) 69–91.)
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from zerokara.report import axes
from zerokara.report.axes import Axis, Scale
from zerokara.report.figure import Figure
from zerokara.report.markup import Markup, coordinate, element
from zerokara.report.sheet import label, path, sheet, shortened, text_width
from zerokara.report.table import Cell, Table
from zerokara.report.texts import say
from zerokara.wording import Lang

TOP, BOTTOM, HEIGHT = 44.0, 18.0, 330.0
FAINT, CLEAR = 0.12, 0.85
"""How opaque the lines of the smallest and of the greatest weight are."""

ROOM, WIDTH, SIDE = 130.0, 730.0, 92.0
"""Between two axes at least, the width that few of them share, and the room beside the first and the last."""


@dataclass(frozen=True)
class Strand:
    """One thing: its value on every axis (NaN where it has none), how strongly it is drawn (0…1), and its name.

    On an axis of names the value is the place of one: 0.5, 1.5, … Only one thing is `marked`, if any.
    """

    name: str
    values: Sequence[float]
    weight: float = 0.5
    marked: bool = False


def parallel_coordinates(
    title: str, sides: Sequence[Axis], strands: Sequence[Strand], *, lang: Lang = "en", note: str = "", name: str = ""
) -> Figure:
    """The lines of `strands` through the axes `sides`; the marked one lies above all others.

    `name` says what a line is, in the table. ValueError for a strand that has not one value an axis.
    """
    for strand in strands:
        if len(strand.values) != len(sides):
            raise ValueError(f"{strand.name} has {len(strand.values)} values for {len(sides)} axes")
    scales = [_scale(side, [strand.values[i] for strand in strands]) for i, side in enumerate(sides)]
    words, table = _words(sides, scales, strands, lang), _table(sides, scales, strands, name)
    if not strands or not sides:
        return Figure(title, element("p", say(lang, "no-values")), words, table, note, wide=True)
    apart = max(ROOM, WIDTH / max(1, len(sides) - 1))
    width = 2 * SIDE + apart * (len(sides) - 1)
    places = [SIDE + apart * i for i in range(len(sides))]
    ordered = sorted(strands, key=lambda strand: (strand.marked, strand.weight))
    drawn = [_line(strand, scales, places, sides) for strand in ordered]
    uprights = [_upright(side, at, x) for side, at, x in zip(sides, scales, places, strict=True)]
    return Figure(title, sheet(width, HEIGHT, f"{title}. {words}", *drawn, *uprights), words, table, note, wide=True)


def _scale(side: Axis, values: Sequence[float]) -> Scale:
    return axes.scale(side, values, HEIGHT - BOTTOM, TOP)


def _line(strand: Strand, scales: Sequence[Scale], places: Sequence[float], sides: Sequence[Axis]) -> Markup:
    """The strand as a line, interrupted where it has no value."""
    pieces: list[list[tuple[float, float]]] = [[]]
    for x, scale, value in zip(places, scales, strand.values, strict=True):
        if math.isfinite(value):
            pieces[-1].append((x, scale(value)))
        else:
            pieces.append([])
    d = "".join(path(piece if len(piece) > 1 else [piece[0], piece[0]]) for piece in pieces if piece) or "M0 0"
    told = ", ".join(
        f"{side.name} {scale.read(value)}"
        for side, scale, value in zip(sides, scales, strand.values, strict=True)
        if math.isfinite(value)
    )
    if strand.marked:
        style, look = "line marked-way", None
    else:
        opacity = FAINT + (CLEAR - FAINT) * min(1.0, max(0.0, strand.weight))
        style, look = "line c1 faint-way", f"opacity:{opacity:.2f}"
    return element("path", element("title", f"{strand.name}: {told}"), d=d, class_=style, style=look)


def _upright(side: Axis, scale: Scale, x: float) -> Markup:
    at = coordinate(x)
    name = shortened(side.label, 2 * SIDE - 8)
    return element(
        "g",
        element("line", x1=at, x2=at, y1=TOP - 6, y2=HEIGHT - BOTTOM, class_="axis"),
        label(name, x, 16, "name middle"),
        *(_mark(scale, mark, x) for mark in scale.ticks),
    )


def _mark(scale: Scale, mark: float, x: float) -> Markup:
    y = scale(mark)
    written = shortened(scale.written(mark), SIDE - 10)
    line = element("line", x1=coordinate(x), x2=coordinate(x + 4), y1=coordinate(y), y2=coordinate(y), class_="axis")
    ground = element(
        "rect", x=coordinate(x + 5), y=coordinate(y - 7), width=coordinate(text_width(written, 11.5) + 3), height=14,
        rx=3, class_="veil",
    )  # fmt: skip
    return element("g", line, ground, label(written, x + 7, y, "tick"))


def _words(sides: Sequence[Axis], scales: Sequence[Scale], strands: Sequence[Strand], lang: Lang) -> str:
    names = ", ".join(side.label for side in sides)
    marked = next((strand for strand in strands if strand.marked), None)
    if marked is None:
        return say(lang, "parallel-none", count=len(strands), axes=names)
    best = ", ".join(
        f"{side.name} {scale.read(value)}"
        for side, scale, value in zip(sides, scales, marked.values, strict=True)
        if math.isfinite(value)
    )
    return say(lang, "parallel", count=len(strands), axes=names, best=best)


def _table(sides: Sequence[Axis], scales: Sequence[Scale], strands: Sequence[Strand], name: str) -> Table:
    rows: list[list[Cell]] = [
        [strand.name, *(_cell(scale, value) for scale, value in zip(scales, strand.values, strict=True))]
        for strand in strands
    ]
    return Table([name, *(side.label for side in sides)], rows)


def _cell(scale: Scale, value: float) -> Cell:
    if not math.isfinite(value):
        return None
    return scale.read(value) if scale.names else float(f"{value:.6g}")

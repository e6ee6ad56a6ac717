"""Charts of any marks in one frame, and rows of small charts that share their scales."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from zerokara.report import axes
from zerokara.report.axes import Axis
from zerokara.report.figure import Figure, svg
from zerokara.report.marks import Band, Bars, Cells, Contours, Line, Mark, Rule, floats
from zerokara.report.markup import Markup, coordinate, element
from zerokara.report.table import Cell, Table
from zerokara.report.texts import Lang, say


@dataclass(frozen=True)
class Panel:
    """One of several small charts: its caption and its marks."""

    caption: str
    marks: Sequence[Mark]


def chart(
    title: str,
    marks: Sequence[Mark],
    x: Axis,
    y: Axis,
    *,
    lang: Lang = "en",
    note: str = "",
    wide: bool = False,
    equal: bool = False,
    table: Table | None = None,
    words: str = "",
) -> Figure:
    """The marks in one frame. `equal` makes one unit as long on both axes."""
    said = words or say(lang, "line-chart", x=x.label, y=y.label)
    picture = _drawing(title, marks, x, y, said)
    return Figure(title, picture, said, table or _table(marks, x, y), note, wide)


def panels(
    title: str,
    items: Sequence[Panel],
    x: Axis,
    y: Axis,
    *,
    columns: int = 4,
    lang: Lang = "en",
    note: str = "",
    table: Table | None = None,
    words: str = "",
) -> Figure:
    """Small charts side by side."""
    said = words or say(lang, "line-chart", x=x.label, y=y.label)
    small = [
        element("li", element("p", item.caption), _drawing(item.caption, item.marks, x, y, said)) for item in items
    ]
    content = element("ul", *small, class_="panels")
    return Figure(title, content, said, table or _table([m for i in items for m in i.marks], x, y), note, wide=True)


def _places(mark: Mark) -> tuple[list[float], list[float]]:
    if isinstance(mark, Rule):
        return [v for v in (mark.x,) if v is not None], [v for v in (mark.y,) if v is not None]
    if isinstance(mark, Bars):
        return floats(mark.edges), [0.0, *floats(mark.heights)]
    if isinstance(mark, Band):
        return floats(mark.x), [*floats(mark.low), *floats(mark.high)]
    return floats(mark.x), floats(mark.y)


def _drawing(title: str, marks: Sequence[Mark], x: Axis, y: Axis, said: str) -> Markup:
    across = axes.scale(x, [v for m in marks for v in _places(m)[0]], axes.LEFT, axes.WIDTH - axes.RIGHT)
    up = axes.scale(y, [v for m in marks for v in _places(m)[1]], axes.HEIGHT - axes.BOTTOM, axes.TOP)
    parts = []
    for i, mark in enumerate(marks):
        if isinstance(mark, Contours | Cells):
            continue
        places = [(a, b) for a, b in zip(*_places(mark), strict=False) if math.isfinite(a) and math.isfinite(b)]
        spots = [f"{coordinate(across(a))} {coordinate(up(b))}" for a, b in places]
        if isinstance(mark, Line):
            parts.append(element("path", d="M" + "L".join(spots or ["0 0"]), class_=f"line c{i % 6 + 1}"))
        else:
            parts += [
                element("circle", cx=s.split()[0], cy=s.split()[1], r=2.6, class_=f"dot c{i % 6 + 1}") for s in spots
            ]
    return svg(axes.WIDTH, axes.HEIGHT, f"{title}. {said}", axes.frame(x, y, across, up), *parts)


def _table(marks: Sequence[Mark], x: Axis, y: Axis) -> Table:
    rows: list[list[Cell]] = [
        [mark.name, a, b] for mark in marks for a, b in list(zip(*_places(mark), strict=False))[:20]
    ]
    return Table(["", x.label, y.label], rows)

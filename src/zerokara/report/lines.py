"""Curves: one or several lines over a common axis."""

import math
from collections.abc import Iterable, Sequence

from zerokara.report import axes
from zerokara.report.axes import Axis, Scale
from zerokara.report.figure import Figure, svg
from zerokara.report.marks import Line
from zerokara.report.markup import Markup, coordinate, element, join
from zerokara.report.numbers import significant
from zerokara.report.table import Cell, Table
from zerokara.report.texts import Lang, say

COLOURS = 6
"""Lines have colours (and dashes) of their own up to this number, then begin again."""

POINTS = 40
"""Up to this many points each is marked with a dot."""

ROWS = 120
"""A table under a figure lists at most this many rows."""


def line_chart(
    title: str, lines: Sequence[Line], x: Axis, y: Axis, *, lang: Lang = "en", note: str = "", wide: bool = False
) -> Figure:
    """The lines in one frame, with a legend, hover titles and a table of all values."""
    across = axes.scale(x, [v for line in lines for v in line.x], axes.LEFT, axes.WIDTH - axes.RIGHT)
    up = axes.scale(y, [v for line in lines for v in line.y], axes.HEIGHT - axes.BOTTOM, axes.TOP)
    words = _words(lines, x, y, lang)
    drawn = [_line(line, index, across, up, x, y) for index, line in enumerate(lines)]
    picture = svg(axes.WIDTH, axes.HEIGHT, f"{title}. {words}", axes.frame(x, y, across, up), *drawn)
    return Figure(
        title, join(legend([line.name for line in lines]), picture), words, _table(lines, x, lang), note, wide
    )


def legend(names: Sequence[str]) -> Markup:
    """Which colour and dash belongs to which name; nothing where there is only one."""
    if len(names) < 2:
        return Markup("")
    items = []
    for index, name in enumerate(names):
        sample = element("line", x1=1, x2=23, y1=5, y2=5, class_=f"line c{index % COLOURS + 1}")
        items.append(element("li", element("svg", sample, viewBox="0 0 24 10", aria_hidden="true"), name))
    return element("ul", *items, class_="legend")


def _line(line: Line, index: int, across: Scale, up: Scale, x: Axis, y: Axis) -> Markup:
    style = f"c{index % COLOURS + 1}" + (" faint" if line.faint else "")
    points = list(_thinned(line))
    parts = [element("path", d=_path(points, across, up), class_=f"line {style}")]
    finite = [(a, b) for a, b in points if math.isfinite(a) and math.isfinite(b)]
    if len(finite) <= POINTS and not line.faint:
        for a, b in finite:
            hint = element("title", f"{line.name}: {y.name} {significant(b)}, {x.name} {significant(a)}")
            spot = {"cx": coordinate(across(a)), "cy": coordinate(up(b))}
            parts.append(
                element(
                    "g",
                    element("circle", r=2.6, class_=f"dot {style}", **spot),
                    element("circle", r=9, class_="touch", **spot),
                    hint,
                    class_="point",
                )
            )
    return element("g", *parts)


def _thinned(line: Line, limit: int = 600) -> Iterable[tuple[float, float]]:
    """The points of a long line, fewer but with every peak: lowest and highest of each stretch, in their order."""
    points = list(zip(line.x, line.y, strict=True))
    if len(points) <= limit:
        return points
    size = math.ceil(2 * len(points) / limit)
    kept: list[tuple[float, float]] = []
    for start in range(0, len(points), size):
        stretch = points[start : start + size]
        finite = [p for p in stretch if math.isfinite(p[1])] or stretch[:1]
        kept.extend(sorted({min(finite, key=lambda p: p[1]), max(finite, key=lambda p: p[1])}))
    return kept


def _path(points: Sequence[tuple[float, float]], across: Scale, up: Scale) -> str:
    written, pen_down = [], False
    for a, b in points:
        if not (math.isfinite(a) and math.isfinite(b)):
            pen_down = False
            continue
        written.append(f"{'L' if pen_down else 'M'}{coordinate(across(a))} {coordinate(up(b))}")
        pen_down = True
    return "".join(written) or "M0 0"


def _words(lines: Sequence[Line], x: Axis, y: Axis, lang: Lang) -> str:
    said = [say(lang, "line-chart", x=x.label, y=y.label)]
    for line in lines:
        finite = [v for v in line.y if math.isfinite(v)]
        if finite:
            values = {"first": finite[0], "last": finite[-1], "low": min(finite), "high": max(finite)}
            said.append(say(lang, "series", name=line.name, **{k: significant(v) for k, v in values.items()}))
    return " ".join(said) if len(said) > 1 else f"{said[0]} {say(lang, 'no-values')}"


def _table(lines: Sequence[Line], x: Axis, lang: Lang) -> Table:
    columns: list[dict[float, float]] = [dict(zip(line.x, line.y, strict=True)) for line in lines]
    places = sorted({place for column in columns for place in column})
    every = max(1, math.ceil(len(places) / ROWS))
    shown = sorted({*places[::every], *places[-1:]})
    caption = say(lang, "thinned", total=len(places), shown=len(shown)) if len(shown) < len(places) else ""
    rows: list[list[Cell]] = [[_plain(place), *(column.get(place) for column in columns)] for place in shown]
    return Table([x.label, *(line.name for line in lines)], rows, caption)


def _plain(value: float) -> Cell:
    return int(value) if float(value).is_integer() else value

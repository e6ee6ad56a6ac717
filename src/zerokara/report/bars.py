"""Bars side by side: quantities of several things in several categories."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from zerokara.report import axes
from zerokara.report.axes import Axis
from zerokara.report.figure import Figure, svg
from zerokara.report.marks import Values, floats
from zerokara.report.markup import coordinate, element
from zerokara.report.table import Cell, Table
from zerokara.report.texts import Lang, say

NOTHING: Mapping[str, Values] = MappingProxyType({})


def bar_chart(
    title: str,
    categories: Sequence[str],
    series: Mapping[str, Values],
    y: Axis,
    *,
    category: str = "",
    low: Mapping[str, Values] = NOTHING,
    high: Mapping[str, Values] = NOTHING,
    lang: Lang = "en",
    note: str = "",
    wide: bool = False,
) -> Figure:
    """One group of bars a category, one bar a series; `low` and `high` are the ends of a spread."""
    heights = {name: floats(values) for name, values in series.items()}
    across = axes.scale(Axis(category, low=0.0, high=float(max(1, len(categories)))), [], axes.LEFT, axes.WIDTH)
    up = axes.scale(y, [0.0, *(v for values in heights.values() for v in values)], axes.HEIGHT - axes.BOTTOM, axes.TOP)
    parts = []
    for k, values in enumerate(heights.values()):
        for i, value in enumerate(values):
            if value == value:
                left, right = (across(i + (k + j) / len(heights)) for j in (0, 0.9))
                parts.append(
                    element(
                        "rect",
                        x=coordinate(left),
                        width=coordinate(right - left),
                        y=coordinate(up(value)),
                        height=coordinate(max(0.0, up(0) - up(value))),
                        class_=f"dot c{k % 6 + 1}",
                    )
                )
    said = say(lang, "line-chart", x=category, y=y.label)
    rows: list[list[Cell]] = [[name, *(v[i] for v in heights.values())] for i, name in enumerate(categories)]
    picture = svg(axes.WIDTH, axes.HEIGHT, f"{title}. {said}", axes.frame(Axis(category), y, across, up), *parts)
    return Figure(title, picture, said, Table([category, *heights], rows), note, wide)

"""What a chart says in words and in numbers: the text alternative of its marks, and the table behind them."""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TypeVar

import numpy as np

from zerokara.report.axes import Axis
from zerokara.report.marks import Arrows, Band, Bars, Cells, Contours, Line, Mark, Path, Points, Rule, Values, floats
from zerokara.report.surfaces import codes, levels
from zerokara.report.table import Cell, Table
from zerokara.report.texts import say
from zerokara.wording import Lang, percent, significant

ROWS = 120
"""A table under a figure lists about this many rows at most."""

T = TypeVar("T")

Row = dict[str, Cell]
"""One line of a long table by the keys of its columns."""


def words(marks: Sequence[Mark], x: Axis, y: Axis, lang: Lang) -> str:
    """What the chart shows, a sentence a mark; that there is nothing to draw where no mark can be seen."""
    whole = "line-chart" if all(isinstance(mark, Line) for mark in marks) else "chart"
    said = [sentence for mark in marks if (sentence := describe(mark, x, y, lang))]
    return " ".join([say(lang, whole, x=x.label, y=y.label), *(said or [say(lang, "no-values")])])


def describe(mark: Mark, x: Axis, y: Axis, lang: Lang) -> str:
    """A sentence about the mark; empty if nothing of it can be drawn."""
    facts = _facts(mark)
    if facts is None:
        return ""
    kind, values = facts
    said = {key: v if isinstance(v, str) else significant(v) for key, v in values.items()}
    return say(lang, kind, name=mark.name or y.name, xname=x.name, yname=y.name, **said)


def _facts(mark: Mark) -> tuple[str, Mapping[str, float | str]] | None:
    """The key of the sentence about a mark, and the values in it; None if there is nothing to say."""
    if isinstance(mark, Rule):
        return _rule(mark)
    if isinstance(mark, Contours | Cells):
        return _surface(mark)
    if isinstance(mark, Band):
        widths = [h - a for a, h in zip(floats(mark.low), floats(mark.high), strict=True) if math.isfinite(h - a)]
        return ("band-words", {"width": max(widths)}) if widths else None
    if isinstance(mark, Bars):
        tops = [h for h in floats(mark.heights) if math.isfinite(h)]
        return ("bars-words", {"count": len(tops), "high": max(tops)}) if tops else None
    return _curve(mark)


def _rule(rule: Rule) -> tuple[str, Mapping[str, float | str]] | None:
    value = rule.x if rule.x is not None else rule.y
    if value is None or not math.isfinite(value):
        return None
    return "rule-x-words" if rule.x is not None else "rule-y-words", {"value": value}


def _surface(mark: Contours | Cells) -> tuple[str, Mapping[str, float | str]] | None:
    z = mark.heights[np.isfinite(mark.heights)]
    if not z.size:
        return None
    if isinstance(mark, Contours):
        return "contours-words", {"levels": ", ".join(significant(level) for level in levels(mark))}
    if not mark.classes:
        return "shades-words", {"low": float(z.min()), "high": float(z.max())}
    known = codes(mark)[codes(mark) >= 0]
    shares = [f"{name} {percent(float((known == k).mean()), 0)}" for k, name in enumerate(mark.classes) if known.size]
    return "regions-words", {"shares": ", ".join(shares)}


def _curve(mark: Line | Points | Path | Arrows) -> tuple[str, Mapping[str, float | str]] | None:
    both = zip(floats(mark.x), floats(mark.y), strict=True)
    places = [(a, b) for a, b in both if math.isfinite(a) and math.isfinite(b)]
    if not places:
        return None
    (left, low), (right, high) = (tuple(end(values) for values in zip(*places, strict=True)) for end in (min, max))
    if isinstance(mark, Line):
        return "series", {"first": places[0][1], "last": places[-1][1], "low": low, "high": high}
    if isinstance(mark, Path):
        (x0, y0), (x1, y1) = places[0], places[-1]
        return "path-words", {"count": len(places) - 1, "x0": x0, "y0": y0, "x1": x1, "y1": y1}
    if isinstance(mark, Arrows):
        lengths = np.hypot(floats(mark.dx), floats(mark.dy))
        return "arrows-words", {"count": len(places), "longest": float(np.nan_to_num(lengths).max())}
    return "points-words", {"count": len(places), "left": left, "right": right, "low": low, "high": high}


def table(groups: Mapping[str, Sequence[Mark]], x: Axis, y: Axis, lang: Lang) -> Table:
    """The numbers behind the marks: a column a curve where there is nothing else (the words say where rules
    are), otherwise a row a value.

    `groups` holds the marks by the caption of their panel; a chart is one group without a caption.
    """
    marks = [mark for group in groups.values() for mark in group]
    curves = [mark for mark in marks if not isinstance(mark, Rule)]
    if list(groups) == [""] and curves:
        if all(isinstance(mark, Line | Band) for mark in curves):
            return _side_by_side([c for mark in curves for c in _columns(mark, lang)], x, lang)
        bars = [mark for mark in curves if isinstance(mark, Bars)]
        if len(bars) == len(curves) and all(floats(b.edges) == floats(bars[0].edges) for b in bars):
            return _binned(bars, y, lang)
    share = max(6, ROWS // max(1, len(marks)))
    counted = [(caption, mark, _rows(mark, share, lang)) for caption, group in groups.items() for mark in group]
    rows: list[Row] = [
        {"panel": caption, "name": mark.name, **row}
        for caption, mark, (_, listed) in counted
        for row in _some(listed, share)
    ]
    return _long(rows, sum(count for _, _, (count, _) in counted), x, y, lang)


def _columns(mark: Mark, lang: Lang) -> list[tuple[str, dict[float, float]]]:
    """The columns of a curve or of a band: a name, and y by x."""
    if isinstance(mark, Band):
        ends = {"band-low": mark.low, "band-high": mark.high}
        return [(say(lang, key, name=mark.name), _by_x(mark.x, values)) for key, values in ends.items()]
    return [(mark.name, _by_x(mark.x, mark.y))] if isinstance(mark, Line) else []


def _by_x(x: Values, y: Values) -> dict[float, float]:
    return {a: b for a, b in zip(floats(x), floats(y), strict=True) if math.isfinite(a)}


def _side_by_side(columns: Sequence[tuple[str, dict[float, float]]], x: Axis, lang: Lang) -> Table:
    places = sorted({place for _, column in columns for place in column})
    shown = _some(places, ROWS)
    rows: list[list[Cell]] = [[_plain(p), *(column.get(p) for _, column in columns)] for p in shown]
    return Table([x.label, *(name for name, _ in columns)], rows, _thinned(len(places), len(shown), lang))


def _binned(bars: Sequence[Bars], y: Axis, lang: Lang) -> Table:
    sides = floats(bars[0].edges)
    heights = [floats(b.heights) for b in bars]
    rows: list[list[Cell]] = [
        [*ends, *map(_plain, tops)] for ends, tops in zip(pairwise(sides), zip(*heights, strict=True), strict=True)
    ]
    shown = _some(rows, ROWS)
    heads = [say(lang, "from"), say(lang, "to"), *(b.name or y.label for b in bars)]
    return Table(heads, shown, _thinned(len(rows), len(shown), lang), head=False)


def _rows(mark: Mark, share: int, lang: Lang) -> tuple[int, list[Row]]:
    """How many values the mark has, and its lines in a long table; a surface is listed on a coarser grid."""
    rows: list[Row]
    if isinstance(mark, Contours | Cells):
        return mark.heights.size, _surface_rows(mark, share)
    if isinstance(mark, Rule):
        rows = [{"x": mark.x, "y": mark.y}]
    elif isinstance(mark, Band | Line):
        rows = [{"name": name, "x": a, "y": b} for name, column in _columns(mark, lang) for a, b in column.items()]
    elif isinstance(mark, Bars):
        sides = floats(mark.edges)
        middles = [(a + b) / 2 for a, b in pairwise(sides)]
        rows = [{"x": a, "y": b} for a, b in zip(middles, floats(mark.heights), strict=True)]
    else:
        rows = _curve_rows(mark)
    return len(rows), rows


def _curve_rows(mark: Points | Path | Arrows) -> list[Row]:
    columns: dict[str, Sequence[Cell]] = {"x": floats(mark.x), "y": floats(mark.y)}
    if isinstance(mark, Arrows):
        columns |= {"dx": floats(mark.dx), "dy": floats(mark.dy)}
    if isinstance(mark, Points) and mark.labels:
        columns["label"] = mark.labels
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _surface_rows(mark: Contours | Cells, share: int) -> list[Row]:
    every = max(1, math.ceil(math.sqrt(mark.heights.size / share)))
    x, y, z = floats(mark.x)[::every], floats(mark.y)[::every], mark.heights[::every, ::every]
    names = mark.classes if isinstance(mark, Cells) else ()
    return [
        {"x": a, "y": b, "value": _class(float(z[i, j]), names) if names else float(z[i, j])}
        for i, b in enumerate(y)
        for j, a in enumerate(x)
    ]


def _class(code: float, names: Sequence[str]) -> Cell:
    return names[int(code)] if math.isfinite(code) and 0 <= code < len(names) else None


def _long(rows: Sequence[Row], total: int, x: Axis, y: Axis, lang: Lang) -> Table:
    heads = {"panel": say(lang, "panel"), "name": say(lang, "mark"), "label": say(lang, "label"), "x": x.label}
    heads |= {"y": y.label, "dx": "dx", "dy": "dy", "value": say(lang, "value")}
    kept = [key for key in heads if key in "xy" or any(row.get(key) not in ("", None) for row in rows)]
    cells: list[list[Cell]] = [[_plain(row.get(key)) for key in kept] for row in rows]
    return Table([heads[key] for key in kept], cells, _thinned(total, len(rows), lang), head="name" in kept)


def _some(values: Sequence[T], count: int) -> list[T]:
    """About `count` of the values, at equal steps; always the last."""
    every = max(1, math.ceil(len(values) / count))
    return [*values[:-1:every], *values[-1:]]


def _thinned(total: int, shown: int, lang: Lang) -> str:
    return say(lang, "thinned", total=total, shown=shown) if shown < total else ""


def _plain(value: Cell) -> Cell:
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value

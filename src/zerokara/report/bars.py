"""Bars side by side: quantities of several things in several categories."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from zerokara.report import axes
from zerokara.report.axes import ROOM, Axis, Room, Scale
from zerokara.report.chart import BROAD
from zerokara.report.figure import Figure, svg
from zerokara.report.legend import listed
from zerokara.report.marks import Values, floats
from zerokara.report.markup import Markup, coordinate, element, join
from zerokara.report.plot import beside
from zerokara.report.sheet import Point, path, shortened, text_width
from zerokara.report.strokes import colour
from zerokara.report.table import Cell, Table
from zerokara.report.texts import say
from zerokara.wording import Lang, significant

NONE: Mapping[str, Values] = MappingProxyType({})

LONGEST = 0.43
"""Names of categories are cut off beyond this share of the width."""

SHORT, MANY = 40.0, 16
"""Names up to this length, of more than this many categories, stand below their bars, some of them only."""


@dataclass(frozen=True)
class _Place:
    """Where bars stand: upright with categories from left to right, or lying with categories from top to bottom."""

    room: Room
    slots: Scale
    values: Scale
    lying: bool

    @property
    def ground(self) -> float:
        """Where bars begin."""
        return self.values(0.0) if not self.values.log else self.values.start

    def point(self, along: float, height: float) -> Point:
        """The point at `along` in the direction of the categories and `height` in that of the values."""
        return (height, along) if self.lying else (along, height)


@dataclass(frozen=True)
class _Bar:
    """One bar: from `start` to `stop` along the categories, up to `value`, with the spread from `low` to `high`."""

    start: float
    stop: float
    value: float
    low: float
    high: float
    hint: str
    index: int


def bar_chart(
    title: str,
    categories: Sequence[str],
    series: Mapping[str, Values],
    y: Axis,
    *,
    category: str = "",
    low: Mapping[str, Values] = NONE,
    high: Mapping[str, Values] = NONE,
    lang: Lang = "en",
    note: str = "",
    wide: bool = False,
) -> Figure:
    """A group of bars a category, one bar a series, with whiskers from `low` to `high` where they are given.

    Bars lie on their side when the names of the categories are too long to stand next to each other. NaN is no bar.
    """
    names = [str(name) for name in categories]
    columns = {
        kind: _checked(names, given, series, kind) for kind, given in (("", series), ("low", low), ("high", high))
    }
    words, table = _words(names, columns[""], y, lang), _table(names, columns, y, category, lang)
    if not any(math.isfinite(v) for values in columns[""].values() for v in values):
        return Figure(title, element("p", say(lang, "no-values")), words, table, note, wide)
    place = _place(names, columns, y, category, wide)
    picture = svg(
        place.room.width,
        place.room.height,
        f"{title}. {words}",
        _frame(place, y, category),
        *_drawn(_bars(names, columns, y, place), place, len(series)),
        class_="broad" if wide else None,
    )
    samples = {name: _sample(k) for k, name in enumerate(series)}
    return Figure(title, join(listed(samples) if len(samples) > 1 else "", picture), words, table, note, wide)


def _checked(
    names: Sequence[str], given: Mapping[str, Values], series: Mapping[str, Values], kind: str
) -> dict[str, list[float]]:
    for name, values in given.items():
        if name not in series:
            raise ValueError(f"{kind!r} names the series {name!r}; there are {', '.join(map(repr, series))}")
        if len(values) != len(names):
            raise ValueError(f"the series {name!r} needs {len(names)} values, one a category; got {len(values)}")
    return {name: floats(values) for name, values in given.items()}


def _place(
    names: Sequence[str], columns: Mapping[str, Mapping[str, list[float]]], y: Axis, category: str, wide: bool
) -> _Place:
    room = BROAD if wide else ROOM
    letter = room.letter
    widest = max(text_width(name, letter) for name in names)
    slot = (room.width - room.left - room.right) / len(names)
    lying = widest + 6 > slot and (widest > SHORT or len(names) <= MANY)
    if lying:
        room = _lying_room(room, widest, len(names), len(columns[""]), category)
        numbers = [v for values in columns[""].values() for v in values if math.isfinite(v)]
        longest = max((text_width(significant(v, 4), letter - 1) for v in numbers), default=0.0)
        room = replace(room, right=max(room.right, longest + 12))
        written = [shortened(name, LONGEST * room.width, letter) for name in names]
    else:
        spare = 0.0 if category else letter + 3
        room = replace(room, bottom=room.bottom - spare, height=room.height - spare)
        every = math.ceil((widest + 6) / slot)
        written = ["" if i % every else name for i, name in enumerate(names)]
    left, top, right, bottom = room.box
    heights = [v for kind in columns.values() for values in kind.values() for v in values]
    ends = _ends(heights, y, 0.16 if lying else 0.09)
    values = axes.scale(y, ends, *((left, right) if lying else (bottom, top)))
    if not lying:
        left = max(left, beside(values, letter, named=bool(y.label)))
        room = replace(room, left=left)
    along = (top, bottom) if lying else (left, right)
    return _Place(room, Scale(0.0, float(len(names)), *along, names=tuple(written)), values, lying)


def _ends(heights: Sequence[float], y: Axis, share: float) -> list[float]:
    """The values and the ground; and below the bars that hang, a share of the scale for their numbers."""
    if y.log:
        return list(heights)
    ends = [0.0, *(v for v in heights if math.isfinite(v))]
    return [*ends, min(ends) - share * (max(ends) - min(ends))] if min(ends) < 0 else ends


def _lying_room(room: Room, widest: float, rows: int, bars: int, category: str) -> Room:
    """As high as the bars ask for; names to the left, and to the right room for the numbers."""
    left = min(LONGEST * room.width, widest) + (17.0 + room.letter if category else 14.0)
    row = max(bars * _thickness(bars) + 9.0, room.letter + 8.0)
    return replace(room, left=left, right=3.6 * room.letter + 4, top=8, height=8 + row * rows + room.bottom)


def _thickness(bars: int) -> float:
    return 15.0 if bars == 1 else 12.0 if bars < 4 else 10.0


def _frame(place: _Place, y: Axis, category: str) -> Markup:
    """The frame, and the ground that bars stand on if they also hang from it."""
    names = Axis(category)
    x, y, across, up = (names, y, place.slots, place.values)
    if place.lying:
        x, y, across, up = y, x, up, across
    ground = path([place.point(place.slots(side), place.ground) for side in (0.0, float(len(place.slots.names)))])
    line = element("path", d=ground, class_="axis") if place.ground != place.values.start else ""
    return join(axes.frame(x, y, across, up, room=place.room), line)


def _bars(names: Sequence[str], columns: Mapping[str, Mapping[str, list[float]]], y: Axis, place: _Place) -> list[_Bar]:
    bars = []
    count = len(columns[""])
    slot = abs(place.slots(1.0) - place.slots(0.0))
    width = min(46.0, 0.8 * slot / count)
    for k, (series, values) in enumerate(columns[""].items()):
        for i, value in enumerate(values):
            if not math.isfinite(value) or (place.values.log and value <= 0):
                continue
            start = place.slots(i + 0.5) + width * (k - count / 2)
            low, high = (columns[kind][series][i] if series in columns[kind] else math.nan for kind in ("low", "high"))
            hint = _hint(series if count > 1 else "", names[i], value, (low, high), y)
            bars.append(_Bar(start, start + width, value, low, high, hint, k))
    return bars


def _hint(series: str, category: str, value: float, ends: Sequence[float], y: Axis) -> str:
    spread = f" ({significant(ends[0])} – {significant(ends[1])})" if any(map(math.isfinite, ends)) else ""
    unit = f" {y.unit}" if y.unit else ""
    return f"{', '.join(name for name in (series, category) if name)}: {significant(value)}{unit}{spread}"


def _drawn(bars: Sequence[_Bar], place: _Place, count: int) -> list[Markup]:
    """The bars, their whiskers, and their numbers if there is room for all of them."""
    gap = abs(place.slots(1.0) - place.slots(0.0)) if count == 1 else bars[0].stop - bars[0].start
    parts = [part for bar in bars for part in (_body(bar, place), _whisker(bar, place))]
    for digits in (4, 3):
        written = [significant(bar.value, digits) for bar in bars]
        if place.lying or max(text_width(text, place.room.letter - 1) for text in written) + 9 <= gap:
            return [*parts, *(_number(text, bar, place) for text, bar in zip(written, bars, strict=True))]
    return parts


def _body(bar: _Bar, place: _Place) -> Markup:
    sides = sorted((place.ground, place.values(bar.value)))
    (x1, y1), (x2, y2) = place.point(bar.start + 0.5, sides[0]), place.point(bar.stop - 0.5, sides[1])
    x, y, width, height = min(x1, x2), min(y1, y2), abs(x2 - x1), abs(y2 - y1)
    size = {"x": coordinate(x), "y": coordinate(y), "width": coordinate(width), "height": coordinate(height)}
    body = element("rect", element("title", bar.hint), class_=f"fill solid {colour(bar.index)}", **size)
    lines = texture(bar.index, x, y, width, height)
    return join(body, element("path", d=lines, class_="texture") if lines else "")


def texture(index: int, x: float, y: float, width: float, height: float) -> str:
    """Fine lines over a bar, by which its series is known without colour, as the `d` of a path."""
    kind = index % 6
    if kind == 2:
        return "".join(f"M{coordinate(x)} {coordinate(y + at)}h{coordinate(width)}" for at in _steps(height, 5))
    if kind == 4:
        return "".join(f"M{coordinate(x + at)} {coordinate(y)}v{coordinate(height)}" for at in _steps(width, 4))
    if kind not in (1, 3):
        return ""
    slanted = []
    for at in _steps(width + height, 6):
        start, stop = max(0.0, at - height), min(at, width)
        ends = [(x + side, y + at - side) if kind == 1 else (x + width - side, y + at - side) for side in (start, stop)]
        slanted.append(path(ends))
    return "".join(slanted)


def _steps(length: float, step: float) -> list[float]:
    return [step * k for k in range(1, min(400, math.ceil(length / step)))]


def _whisker(bar: _Bar, place: _Place) -> Markup:
    ends = [v if math.isfinite(v) else bar.value for v in (bar.low, bar.high)]
    if ends[0] == ends[1]:
        return Markup("")
    middle, half = (bar.start + bar.stop) / 2, min(4.0, (bar.stop - bar.start) / 4)
    low, high = place.values(ends[0]), place.values(ends[1])
    stem = path([place.point(middle, low), place.point(middle, high)])
    caps = [path([place.point(middle - half, v), place.point(middle + half, v)]) for v in (low, high)]
    return element("path", d=stem + "".join(caps), class_="whisker")


def _number(text: str, bar: _Bar, place: _Place) -> Markup:
    """The value beyond the end of its bar and of its whisker."""
    falls = place.values(bar.value) < place.ground if place.lying else place.values(bar.value) > place.ground
    ends = [v for v in (bar.value, bar.low, bar.high) if math.isfinite(v)]
    end = place.values(min(ends) if bar.value < 0 else max(ends))
    middle = (bar.start + bar.stop) / 2
    if place.lying:
        x, y = (end - 5, middle) if falls else (end + 5, middle)
        style = "tick end" if falls else "tick"
    else:
        x, y = (middle, end + 9) if falls else (middle, end - 8)
        style = "tick middle"
    return element("text", text, x=coordinate(x), y=coordinate(y), dy="0.35em", class_=f"{style} halo")


def _sample(index: int) -> Markup:
    rest = texture(index, 2, 0, 20, 10)
    body = element("rect", x=2, y=0, width=20, height=10, class_=f"fill solid {colour(index)}")
    return join(body, element("path", d=rest, class_="texture") if rest else "")


def _words(names: Sequence[str], columns: Mapping[str, list[float]], y: Axis, lang: Lang) -> str:
    said = [say(lang, "bar-chart", y=y.label)]
    for series, values in columns.items():
        known = [(value, name) for value, name in zip(values, names, strict=True) if math.isfinite(value)]
        if known:
            (low, lowest), (high, highest) = (end(known, key=lambda pair: pair[0]) for end in (min, max))
            ends = {"low": significant(low), "high": significant(high), "lowest": lowest, "highest": highest}
            said.append(say(lang, "bars-series", name=series or y.name, **ends))
    return " ".join(said if len(said) > 1 else [*said, say(lang, "no-values")])


def _table(
    names: Sequence[str], columns: Mapping[str, Mapping[str, list[float]]], y: Axis, category: str, lang: Lang
) -> Table:
    heads, values = [category or say(lang, "category")], []
    for series, heights in columns[""].items():
        heads.append(f"{series} ({y.unit})" if series and y.unit else series or y.label)
        values.append(heights)
        for kind in ("low", "high"):
            if series in columns[kind]:
                heads.append(say(lang, f"band-{kind}", name=series))
                values.append(columns[kind][series])
    rows: list[list[Cell]] = [[name, *cells] for name, *cells in zip(names, *values, strict=True)]
    return Table(heads, rows)

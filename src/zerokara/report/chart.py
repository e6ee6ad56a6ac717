"""Charts of any marks in one frame, and rows of small charts that share their scales."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from zerokara.report import account, strokes, surfaces
from zerokara.report.axes import ROOM, Axis, Room
from zerokara.report.figure import Figure, svg
from zerokara.report.legend import Palette, legend, palette
from zerokara.report.marks import Arrows, Band, Bars, Cells, Contours, Line, Mark, Path, Points, Rule
from zerokara.report.markup import Markup, element, join
from zerokara.report.plot import Labels, Plot, plot
from zerokara.report.table import Table
from zerokara.report.texts import say
from zerokara.wording import Lang

BROAD = Room(640, 296, 84, 16, 16, 50, letter=18)
"""The room of a wide chart; its letters grow on a narrow page, so the margins are wide too."""

WIDTHS = {1: 440.0, 2: 300.0, 3: 260.0, 4: 220.0, 5: 200.0, 6: 180.0}
"""How wide a panel is drawn, by the number of columns."""

DRAWN: dict[type[Mark], Callable[[Any, Plot, int], Markup]] = {
    Line: strokes.draw_line,
    Points: strokes.draw_points,
    Path: strokes.draw_path,
    Arrows: strokes.draw_arrows,
    Band: strokes.draw_band,
    Rule: strokes.draw_rule,
    Contours: surfaces.draw_contours,
    Bars: surfaces.draw_bars,
}
"""How each kind of mark is drawn; cells lie under the frame and are drawn apart."""

LABELLED: dict[type[Mark], Callable[[Any, Plot, Labels], Markup]] = {
    Points: strokes.label_points,
    Rule: strokes.label_rule,
    Contours: surfaces.label_contours,
}
"""Which marks have words in the drawing, and where."""


@dataclass(frozen=True)
class Panel:
    """One of several small charts: its caption, which it always has, and its marks."""

    caption: str
    marks: Sequence[Mark]

    def __post_init__(self) -> None:
        if not self.caption.strip():
            raise ValueError("a panel has a caption that tells it from the others; got an empty one")


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
    """The marks in one frame, over each other in their order, with a legend, hints and a table of the values.

    `equal` makes one unit as long on both axes. `table` and `words` replace what the chart says by itself.
    """
    said = words or account.words(marks, x, y, lang)
    place, found = plot(marks, x, y, _room(marks, wide), equal=equal), palette([marks])
    picture = _drawing(marks, place, found, f"{title}. {said}", lang, "broad" if wide else None)
    numbers = table or account.table({"": marks}, x, y, lang)
    note = " ".join(filter(None, (note, covered({"": marks}, place, lang))))
    return Figure(title, join(legend([marks], found), picture), said, numbers, note, wide)


def _room(marks: Sequence[Mark], wide: bool) -> Room:
    """The usual room, higher where many points have labels."""
    room = BROAD if wide else ROOM
    labels = sum(len(mark.labels) for mark in marks if isinstance(mark, Points))
    return replace(room, height=room.height + min(160.0, 2.5 * max(0, labels - 15)))


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
    """Small charts with the same scales side by side, at most six in a row, two on a phone, and one legend for all."""
    groups = [item.marks for item in items]
    captions = ", ".join(item.caption for item in items)
    said = words or say(lang, "panels", count=len(items), x=x.label, y=y.label, captions=captions)
    if not items:
        return Figure(title, element("p", say(lang, "no-values")), said, table, note, wide=True)
    columns = max(1, min(columns, len(items), 6))
    width = WIDTHS[columns]
    room = Room(width, round(0.74 * width), 16, 10, 8, 22, letter={1: 13.0, 2: 18.0, 3: 16.0}.get(columns, 14.0))
    place, found = plot([m for g in groups for m in g], x, y, room, named=False), palette(groups)
    small = [_panel(item, place, found, lang) for item in items]
    content = element(
        "div",
        element("span", y.label, class_="up"),
        element("ul", *small, class_=f"panels of-{columns}", style=f"--columns:{columns}"),
        element("span", x.label, class_="across"),
        class_="shared",
    )
    numbers = table or account.table({item.caption: item.marks for item in items}, x, y, lang)
    note = " ".join(filter(None, (note, covered({item.caption: item.marks for item in items}, place, lang))))
    return Figure(title, join(legend(groups, found), content), said, numbers, note, wide=True)


def covered(groups: Mapping[str, Sequence[Mark]], place: Plot, lang: Lang) -> str:
    """Sentences on lines that cannot be seen, because others lie over them; `groups` by caption, "" for a chart."""
    found: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for caption, marks in groups.items():
        lines = [mark for mark in marks if isinstance(mark, Line) and mark.name and not mark.faint]
        under: dict[str, list[str]] = {}
        for i, line in enumerate(lines):
            above = [other.name for other in lines[i + 1 :] if _alike(line, other, place)]
            if above:
                under.setdefault(above[-1], []).append(_quoted(line.name, lang))
        for name, names in under.items():
            found.setdefault((tuple(names), _quoted(name, lang)), []).append(_quoted(caption, lang))
    told = []
    for (hidden, over), captions in found.items():
        where = "" if list(groups) == [""] else say(lang, "covered-in", where=_and(captions, lang))
        key = "covered" if len(hidden) == 1 else "covered-several"
        told.append(where + say(lang, key, under=_and(hidden, lang), over=over))
    return " ".join(one[:1].upper() + one[1:] for one in told)


def _quoted(name: str, lang: Lang) -> str:
    return f"“{name}”" if lang == "en" else f"「{name}」"


def _and(names: Sequence[str], lang: Lang) -> str:
    if lang == "ja" or len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _alike(one: Line, other: Line, place: Plot) -> bool:
    """Whether two lines are drawn in the same places, to half a pixel."""
    if len(one.x) != len(other.x) or not len(one.x):
        return False
    a, b = (np.array([(place.across(x), place.up(y)) for x, y in zip(m.x, m.y, strict=True)]) for m in (one, other))
    return bool(np.allclose(a, b, rtol=0, atol=0.5, equal_nan=True))


def _panel(item: Panel, place: Plot, found: Palette, lang: Lang) -> Markup:
    said = f"{item.caption}. {account.words(item.marks, place.x, place.y, lang)}"
    return element("li", element("p", item.caption), _drawing(item.marks, place, found, said, lang))


def _drawing(
    marks: Sequence[Mark], place: Plot, found: Palette, words: str, lang: Lang, style: str | None = None
) -> Markup:
    """The picture of one chart: cells, the frame over them, the other marks, and words above all."""
    cells = [surfaces.draw_cells(mark, place, found.classes(mark)) for mark in marks if isinstance(mark, Cells)]
    others = [(position, mark) for position, mark in enumerate(marks) if not isinstance(mark, Cells)]
    labels = _labels(marks, place)
    return svg(
        place.room.width,
        place.room.height,
        words,
        place.window(*cells, margin=0) if cells else "",
        place.frame(grid=not any(all(mark.fills) for mark in marks)),
        place.window(*(DRAWN[type(mark)](mark, place, found.of(mark, i)) for i, mark in others)),
        *(LABELLED[type(mark)](mark, place, labels) for _, mark in others if type(mark) in LABELLED),
        _nothing(marks, place, lang),
        class_=style,
    )


def _labels(marks: Sequence[Mark], place: Plot) -> Labels:
    """Room for words that keeps free what is drawn: points, steps, rules, and of long lines some places."""
    labels = Labels(place.room, crowd=sum(sum(map(bool, m.labels)) for m in marks if isinstance(m, Points)))
    left, top, right, bottom = place.room.box
    if labels.crowd > strokes.SPARSE:  # the numbers of the axis stand on the left of the frame
        labels.avoid((0.0, 0.0, left, bottom))
    for mark in marks:
        if isinstance(mark, Points | Path | Line | Arrows):
            every = max(1, len(mark.x) // strokes.HINTS)
            labels.keep_free(place.places(mark.x[::every], mark.y[::every]))
        elif isinstance(mark, Rule) and mark.x is not None and math.isfinite(mark.x):
            labels.avoid((place.across.beyond(mark.x) - 1, top, place.across.beyond(mark.x) + 1, bottom))
        elif isinstance(mark, Rule) and mark.y is not None and math.isfinite(mark.y):
            labels.avoid((left, place.up.beyond(mark.y) - 1, right, place.up.beyond(mark.y) + 1))
    return labels


def _nothing(marks: Sequence[Mark], place: Plot, lang: Lang) -> Markup:
    """In an empty frame, that it is empty."""
    if any(account.describe(mark, place.x, place.y, lang) for mark in marks):
        return Markup("")
    left, top, right, bottom = place.room.box
    return element(
        "text", say(lang, "no-values"), x=(left + right) / 2, y=(top + bottom) / 2, class_="name middle halo"
    )

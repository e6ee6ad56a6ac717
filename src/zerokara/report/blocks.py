"""Boxes and arrows between them: circuits, pipelines, blocks of a network."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from zerokara.report.figure import Figure
from zerokara.report.markup import Markup, coordinate, element
from zerokara.report.places import LINE, Box, Link, Place, places
from zerokara.report.sheet import arrow, sheet, text_width
from zerokara.report.table import Cell, Table
from zerokara.report.texts import say
from zerokara.report.ways import Way, segments, ways
from zerokara.wording import Lang

__all__ = ["Box", "Link", "block_diagram"]

MARGIN, SIZE = 10.0, 11.5


def block_diagram(
    title: str,
    boxes: Sequence[Box],
    links: Sequence[Link],
    *,
    lang: Lang = "en",
    note: str = "",
    wide: bool = True,
    table: Table | None = None,
    words: str = "",
) -> Figure:
    """Boxes around their places, as wide as their texts, and arrows that find their way between them.

    Texts of links stand beside the arrows; links between the same two boxes run side by side. ValueError if a link
    names a box that is not there or two boxes share a name.
    """
    names = {box.name: box for box in boxes}
    if len(names) < len(boxes):
        raise ValueError(f"every box of a diagram has a name of its own; got {[box.name for box in boxes]}")
    missing = sorted({name for link in links for name in (link.start, link.end)} - set(names))
    if missing:
        raise ValueError(f"there is no box called {missing[0]!r}; the boxes are {', '.join(names)}")
    said = words or _words(boxes, links, names, lang)
    numbers = table or _table(links, names, lang)
    if not boxes:
        return Figure(title, element("p", say(lang, "no-values")), said, numbers, note, wide)
    return Figure(title, _picture(boxes, links, f"{title}. {said}"), said, numbers, note, wide)


def _picture(boxes: Sequence[Box], links: Sequence[Link], words: str) -> Markup:
    flat = _runs_across(boxes, links)
    at = places(boxes, links, flat=flat)
    courses = ways(links, at, flat=flat)
    labels = _labels(links, courses, list(at.values()))
    everything = [*at.values(), *(part for way in courses for part in segments(way)), *labels.values()]
    left = min(place.left for place in everything) - MARGIN
    top = min(place.top for place in everything) - MARGIN
    width = max(place.right for place in everything) + MARGIN - left
    height = max(place.bottom for place in everything) + MARGIN - top
    moved = f"translate({coordinate(-left)} {coordinate(-top)})"
    arrows = [arrow(way, f"link {link.kind}".strip()) for link, way in zip(links, courses, strict=True)]
    texts = [_text(links[i].text, place, links[i].kind) for i, place in labels.items()]
    drawn = element("g", *arrows, *(_box(box, at[box.name]) for box in boxes), *texts, transform=moved)
    return sheet(width, height, words, drawn)


def _runs_across(boxes: Sequence[Box], links: Sequence[Link]) -> bool:
    """Whether the diagram as a whole runs from left to right rather than downwards."""
    named = {box.name: box for box in boxes}
    ends = [(named[link.start], named[link.end]) for link in links]
    down = sum(min(1.0, abs(a.row - b.row)) for a, b in ends)
    return sum(min(1.0, abs(a.column - b.column)) for a, b in ends) >= down


def _box(box: Box, place: Place) -> Markup:
    """The frame and the lines of the text: the first is the name, the others are smaller."""
    radius = min(place.width, place.height) / 2 if "round" in box.kind else 6
    frame = element(
        "rect",
        x=coordinate(place.left),
        y=coordinate(place.top),
        width=coordinate(place.width),
        height=coordinate(place.height),
        rx=coordinate(radius),
        class_=f"box {box.kind}".strip(),
    )
    first = place.y - LINE * (len(box.lines) - 1) / 2
    lines = [
        element(
            "text",
            line,
            x=coordinate(place.x),
            y=coordinate(first + LINE * i),
            dy="0.35em",
            class_="tick middle" if i else "middle",
        )
        for i, line in enumerate(box.lines)
    ]
    return element("g", frame, *lines)


def _text(text: str, place: Place, kind: str) -> Markup:
    style = " ".join(word for word in kind.split() if word in ("accent", "warm"))
    return element(
        "text", text, x=coordinate(place.x), y=coordinate(place.y), dy="0.35em", class_=f"beside middle {style}".strip()
    )


def _labels(links: Sequence[Link], courses: Sequence[Way], boxes: Sequence[Place]) -> dict[int, Place]:
    """Where the texts of links stand: beside their arrow, on nothing else."""
    parts = [list(segments(way)) for way in courses]
    found: dict[int, Place] = {}
    for index, (link, way) in enumerate(zip(links, courses, strict=True)):
        if link.text:
            solid = [*boxes, *found.values()]
            foreign = [part for i, other in enumerate(parts) if i != index for part in other]
            options = list(_beside(link.text, way, foreign))
            costs = [cost + _cost(place, solid, [*foreign, *parts[index]]) for place, cost in options]
            found[index] = options[costs.index(min(costs))][0]
    return found


def _cost(place: Place, solid: Sequence[Place], lines: Sequence[Place]) -> float:
    return 10 * sum(place.meets(other, 1.0) for other in solid) + 3 * sum(place.meets(line) for line in lines)


def _beside(text: str, way: Way, foreign: Sequence[Place]) -> Iterator[tuple[Place, float]]:
    """Places for a text beside the parts of a way, and how bad they are: a part should be long and of one link only."""
    width, height = text_width(text, SIZE), 12.0
    for (x1, y1), (x2, y2) in pairwise(way):
        far = math.hypot(x2 - x1, y2 - y1) or 1.0
        nx, ny = (y2 - y1) / far, (x1 - x2) / far
        nx, ny = (nx, ny) if (ny, -nx) < (0, 0) else (-nx, -ny)
        aside = 5 + abs(nx) * width / 2 + abs(ny) * height / 2
        short = 4.0 if far < abs(ny) * width + abs(nx) * height + 6 else abs(nx)
        for rank, share in enumerate((0.5, 0.4, 0.6, 0.28, 0.72, 0.15, 0.85)):
            x, y = x1 + share * (x2 - x1), y1 + share * (y2 - y1)
            shared = 5.0 * any(Place(x, y, 1, 1).meets(part, 1.0) for part in foreign)
            for side in (1, -1):
                place = Place(x + side * nx * aside, y + side * ny * aside, width, height)
                yield place, short + shared - far / 1000 + 0.2 * rank + (0.1 if side < 0 else 0.0)


def _shown(box: Box) -> str:
    return " ".join(line for line in box.lines if line) or box.name


def _words(boxes: Sequence[Box], links: Sequence[Link], names: dict[str, Box], lang: Lang) -> str:
    parts = [
        f"{_shown(names[link.start])} → {_shown(names[link.end])}" + (f" ({link.text})" if link.text else "")
        for link in links
    ]
    return say(lang, "blocks", count=len(boxes), links="; ".join(parts) or ", ".join(map(_shown, boxes)) or "–")


def _table(links: Sequence[Link], names: dict[str, Box], lang: Lang) -> Table:
    rows: list[list[Cell]] = [[_shown(names[link.start]), _shown(names[link.end]), link.text or None] for link in links]
    if not any(link.text for link in links):
        return Table([say(lang, "box-start"), say(lang, "box-end")], [row[:2] for row in rows])
    return Table([say(lang, "box-start"), say(lang, "box-end"), say(lang, "link")], rows)

"""Drawings with much to read on them: at their own size where there is room, never smaller than legible."""

import math
import unicodedata
from collections.abc import Sequence

from zerokara.report.figure import svg
from zerokara.report.markup import Markup, coordinate, element

Point = tuple[float, float]

LETTER = 12.0
"""The size of letters in drawings, as the style sheet sets it."""

SMALLEST = 0.8
"""A drawing shrinks to this share of its size on a narrow page; below that it scrolls sideways."""

NARROW, BROAD = frozenset("iljtfrI.,:;'|!()[]· "), frozenset("mwMW@%—→←∂Σ−+=×÷<>")


def text_width(text: str, size: float = LETTER) -> float:
    """About how long a line of text is: Chinese and Japanese characters are as wide as they are high."""
    return size * sum(_advance(c) for c in text)


def _advance(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    if character in NARROW:
        return 0.37
    return 0.86 if character in BROAD else 0.7 if character.isupper() else 0.62


def shortened(text: str, room: float, size: float = LETTER) -> str:
    """The text, or as much of it as fits into `room`, with an ellipsis."""
    if text_width(text, size) <= room:
        return text
    kept = text
    while kept and text_width(kept + "…", size) > room:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def sheet(width: float, height: float, words: str, *children: object, style: str = "") -> Markup:
    """An SVG of `width` × `height` that shrinks a little on narrow pages, then scrolls; `words` say what it shows."""
    picture = svg(width, height, words, *children, class_=f"exact {style}".strip())
    sized = element("div", picture, style=f"min-width:{coordinate(width * SMALLEST)}px;max-width:{coordinate(width)}px")
    return element("div", sized, class_="sheet", tabindex=0, role="group", aria_label=words)


def arrow(way: Sequence[Point], style: str, length: float = 8.0) -> Markup:
    """A line along the points of `way` with an arrow head at its end; `style` names the classes of both."""
    (x1, y1), (x2, y2) = way[-2], way[-1]
    far = math.hypot(x2 - x1, y2 - y1) or 1.0
    ux, uy = (x2 - x1) / far, (y2 - y1) / far
    x, y, half = x2 - length * ux, y2 - length * uy, 0.42 * length
    line = [*way[:-1], (x2 - min(far, 0.8 * length) * ux, y2 - min(far, 0.8 * length) * uy)]
    head = [(x2, y2), (x - half * uy, y + half * ux), (x + half * uy, y - half * ux)]
    return element(
        "g", element("path", d=path(line), class_="shaft"), element("path", d=path(head) + "z", class_="head"),
        class_=style,
    )  # fmt: skip


def path(points: Sequence[Point]) -> str:
    """The points joined by straight lines, as the `d` of a path."""
    return "M" + "L".join(f"{coordinate(x)} {coordinate(y)}" for x, y in points)


def label(text: str, x: float, y: float, style: str = "middle") -> Markup:
    """Text whose line is centred on the height `y`."""
    return element("text", text, x=coordinate(x), y=coordinate(y), dy="0.35em", class_=style)


def plate(text: str, x: float, y: float) -> Markup:
    """A number on a line: a small ground of the colour of the paper hides what is behind it."""
    width = text_width(text, 11.5) + 3
    ground = element(
        "rect", x=coordinate(x - width / 2), y=coordinate(y - 6.5), width=coordinate(width), height=13, rx=3
    )
    return element("g", ground, label(text, x, y, "figures middle"), class_="plate")

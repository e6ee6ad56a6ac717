"""The computational graphs that `zerokara.draw` draws, as figures of a report."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from zerokara.report.figure import Figure
from zerokara.report.markup import Markup, element
from zerokara.report.sheet import Point, arrow, sheet
from zerokara.report.table import Cell, Table
from zerokara.report.texts import say
from zerokara.wording import Lang

KEPT = ("rect", "text")
BENT = 12
"""A bent edge is drawn as so many straight parts."""

NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def graph_figure(
    title: str, drawing: str, *, words: str, lang: Lang = "en", note: str = "", table: Table | None = None
) -> Figure:
    """`drawing`, the text of what `zerokara.draw` returns, in the colours of the page.

    Its shapes are drawn anew, without its own style and its marks shared by name, so a page may hold several. The table
    lists the values and gradients on the edges from left to right, unless another one is given.
    """
    try:
        tree = ElementTree.fromstring(str(drawing))
        _, _, width, height = map(float, tree.get("viewBox", "").split())
    except (ElementTree.ParseError, ValueError):
        raise ValueError("graph_figure shows str(zerokara.draw(…)), an SVG; this is something else") from None
    parts = [part for node in tree for part in _drawn(node)]
    picture = sheet(width, height, f"{title}. {words}", *parts, style="zk-graph")
    return Figure(title, picture, words, table or _table(tree, lang), note, wide=True)


def _tag(node: ElementTree.Element) -> str:
    return node.tag.rpartition("}")[2]


def _drawn(node: ElementTree.Element) -> Iterator[Markup]:
    style = node.get("class", "")
    if _tag(node) == "path":
        numbers = list(map(float, NUMBER.findall(node.get("d", ""))))
        yield arrow(_way(list(zip(numbers[::2], numbers[1::2], strict=True))), "edge")
    elif _tag(node) in KEPT and style != "paper":
        attributes = {name: value for name, value in node.attrib.items() if name != "class"}
        yield element(_tag(node), node.text or "", **attributes, class_=style)


def _way(points: list[Point]) -> list[Point]:
    """A straight edge as it is; a bent one, given by its ends and what pulls it aside, as short straight parts."""
    if len(points) == 2:
        return points
    (x1, y1), (xc, yc), (x2, y2) = points
    shares = [k / BENT for k in range(BENT + 1)]
    return [
        ((1 - s) ** 2 * x1 + 2 * s * (1 - s) * xc + s**2 * x2, (1 - s) ** 2 * y1 + 2 * s * (1 - s) * yc + s**2 * y2)
        for s in shares
    ]


def _table(tree: ElementTree.Element, lang: Lang) -> Table:
    rows: list[list[Cell]] = []
    for node in tree:
        if node.get("class") == "value":
            rows.append([len(rows) + 1, node.text or "", None])
        elif node.get("class") == "gradient" and rows:
            rows[-1][2] = node.text or ""
        elif node.get("class") == "total":
            rows.append([say(lang, "gradient-sum", name=node.get("data-of") or "–"), None, node.text or ""])
    return Table([say(lang, "edge"), say(lang, "value"), say(lang, "gradient")], rows)

"""Pictures in rows, each with what is to be said about it, and bars of probabilities."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.io.png import as_pixels, data_uri
from zerokara.report.figure import Figure, svg
from zerokara.report.markup import Markup, coordinate, element, join
from zerokara.report.sheet import text_width
from zerokara.report.table import Table
from zerokara.report.texts import say
from zerokara.wording import Lang, percent


@dataclass(frozen=True)
class Picture:
    """An image, anything `as_pixels` takes, with the words that stand for it.

    `smooth` is for photographs; a `wide` picture has a row of its own.
    """

    image: Array
    words: str
    caption: str = ""
    smooth: bool = False
    wide: bool = False

    def html(self) -> Markup:
        """The picture, enlarged without blurring its pixels, and its caption."""
        pixels = as_pixels(self.image)
        image = element(
            "img",
            src=data_uri(pixels),
            alt=self.words,
            width=pixels.shape[1],
            height=pixels.shape[0],
            class_="smooth" if self.smooth else "pixels",
        )
        return element(
            "div",
            image,
            element("small", self.caption) if self.caption else "",
            class_="picture wide" if self.wide else "picture",
        )


SERIES = 4
"""So many pictures, or more, have a row of the page to themselves."""


@dataclass(frozen=True)
class Tile:
    """One entry of a gallery: pictures in one row at one size, a headline, a line of text, and charts below."""

    pictures: Sequence[Picture]
    headline: str = ""
    text: str = ""
    good: bool | None = None
    charts: Sequence[Markup] = ()

    def html(self) -> Markup:
        """The tile; `good` colours the headline (and a mark says the same without colour)."""
        mark = {None: "", True: "✓ ", False: "✗ "}[self.good]
        style = {None: None, True: "good", False: "bad"}[self.good]
        across = sum(not picture.wide for picture in self.pictures)
        return element(
            "li",
            element(
                "div",
                *(picture.html() for picture in self.pictures),
                class_=self._row(across),
                style=f"--across: {across}" if across > 1 else None,
            ),
            element("strong", mark + self.headline, class_=style) if self.headline else "",
            element("span", self.text) if self.text else "",
            element("div", *self.charts, class_="charts") if self.charts else "",
            class_="series" if across >= SERIES else None,
        )

    def _row(self, across: int) -> str:
        if not across:
            return "pictures alone"
        return "pictures long" if across == 1 < len(self.pictures) else "pictures"


def gallery(
    title: str,
    tiles: Sequence[Tile],
    *,
    table: Table | None = None,
    words: str = "",
    note: str = "",
    large: bool = False,
    lang: Lang = "en",
) -> Figure:
    """The tiles in as many columns as the page has room for; `large` for tiles with charts."""
    said = words or say(lang, "images", count=len(tiles))
    content = element("ul", *(tile.html() for tile in tiles), class_="gallery large" if large else "gallery")
    return Figure(title, content if tiles else element("p", say(lang, "no-values")), said, table, note, wide=True)


BESIDE, ABOVE = 120.0, 220.0
"""A name wider than `BESIDE` stands above its bar instead, in lines that are at most `ABOVE` wide."""

ROW, RAIL, SHARE = 15.0, 110.0, 52.0
"""How high a line is, how long the longest bar, and how wide the percentages behind it."""


def probability_bars(
    probabilities: Array, classes: Sequence[str], *, lang: Lang = "en", caption: str = "", marked: int | None = None
) -> Markup:
    """One bar a class, the greatest in the accent colour; `marked` (the right answer) has its name underlined."""
    probabilities = np.nan_to_num(np.asarray(probabilities, dtype=np.float64))
    if probabilities.shape != (len(classes),):
        raise ValueError(f"{len(classes)} classes need {len(classes)} probabilities; got shape {probabilities.shape}")
    longest = max(text_width(name) for name in classes)
    beside = longest <= BESIDE
    left, room = (12.0 + 1.06 * longest, RAIL) if beside else (0.0, ABOVE - SHARE)  # the best name is bold
    order = np.argsort(-probabilities, kind="stable")
    words = _words(probabilities, classes, order, lang)
    parts = [element("text", caption, x=0, y=11, class_="tick")] if caption else []
    y = 18.0 if caption else 2.0
    for i, name in enumerate(classes):
        best = " best" if i == order[0] else ""
        style = f"label{' end' if beside else ''}{best}" + (" marked" if i == marked else "")
        lines = [name] if beside else _lines(name, ABOVE)
        parts.append(_name(lines, left - 8 if beside else 0.0, y, style))
        y += ROW * (len(lines) - beside)
        parts.append(_bar(name, float(probabilities[i]), left, y, room, best))
        y += ROW if beside else ROW + 5
    return svg(left + room + SHARE, y + 2, f"{caption} {words}".strip(), *parts, class_="bars")


def _name(lines: Sequence[str], x: float, y: float, style: str) -> Markup:
    """A name in as many lines as it takes; together they are the name again, blanks included."""
    at = coordinate(y + ROW / 2)
    if len(lines) == 1:
        return element("text", lines[0], x=coordinate(x), y=at, dy="0.35em", class_=style)
    parts = [
        element("tspan", line, x=coordinate(x), y=coordinate(y + (k + 0.5) * ROW), dy="0.35em")
        for k, line in enumerate(lines)
    ]
    return element("text", *parts, class_=style)


def _bar(name: str, share: float, left: float, y: float, room: float, best: str) -> Markup:
    """The bar of one class, the room that it could fill, and its percentage."""
    place = {"x": coordinate(left), "y": coordinate(y + 2), "height": ROW - 4, "rx": 2}
    rail = element("rect", width=coordinate(room), class_="rail", **place)
    hint = element("title", f"{name}: {percent(share, 2)}")
    style = f"bar{best}" if best else "bar other"
    bar = element("rect", hint, width=coordinate(max(1.0, room * share)), class_=style, **place)
    at = {"x": coordinate(left + room + 50), "y": coordinate(y + ROW / 2)}
    return join(rail, bar, element("text", percent(share), dy="0.35em", class_=f"tick end{best}", **at))


def _lines(name: str, room: float) -> list[str]:
    """The words of a name in lines that fit; a single word that is wider stays whole."""
    lines = [""]
    for word in re.findall(r"\S+\s*", name):
        if lines[-1] and 1.06 * text_width(lines[-1] + word.rstrip()) > room:
            lines.append("")
        lines[-1] += word
    return lines


def _words(probabilities: Array, classes: Sequence[str], order: Array, lang: Lang) -> str:
    first, second = int(order[0]), int(order[min(1, len(order) - 1)])
    return say(
        lang,
        "probabilities",
        first=classes[first],
        share=percent(float(probabilities[first])),
        second=classes[second],
        rest=percent(float(probabilities[second])),
    )

"""A figure: what is drawn, what it says in words, and the numbers behind it."""

from dataclasses import dataclass

from zerokara.report.markup import Markup, element, join
from zerokara.report.table import Table
from zerokara.report.texts import say
from zerokara.wording import Lang


@dataclass(frozen=True)
class Figure:
    """A drawing with its title, its meaning in words and its numbers.

    `content` is finished markup (an SVG or a gallery); `words` is the text alternative, which is also printed under
    the numbers; `note` says what to look at; `wide` lets the figure take a whole row.
    """

    title: str
    content: Markup
    words: str
    table: Table | None = None
    note: str = ""
    wide: bool = False

    def html(self, lang: Lang) -> Markup:
        """The figure as markup."""
        return element(
            "figure",
            element("figcaption", element("h3", self.title), element("p", self.note) if self.note else ""),
            element("div", self.content, class_="drawing"),
            self._numbers(lang),
            class_="wide" if self.wide else None,
        )

    def _numbers(self, lang: Lang) -> Markup:
        if self.table is None:
            return Markup("")
        return element("details", element("summary", say(lang, "numbers")), element("p", self.words), self.table.html())


def svg(width: float, height: float, words: str, *children: object, class_: str | None = None) -> Markup:
    """A drawing of `width` × `height` that scales with the page; `words` is what a screen reader says."""
    return element(
        "svg",
        join(*children),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:g} {height:g}",
        role="img",
        aria_label=words,
        class_=class_,
        style=f"max-width:{width * 1.25:g}px",
    )

"""Cards: an illustrated list of pages."""

from collections.abc import Sequence
from dataclasses import dataclass

from zerokara.report.figure import Figure
from zerokara.report.markup import Markup, element

LARGEST = 100_000
"""A drawing with more characters than this is too heavy for a card."""


@dataclass(frozen=True)
class Card:
    """A page to go to: what it is called and about, a remark with ✓ or ✗, a drawing, and further pages (text, link)."""

    title: str
    text: str
    remark: str = ""
    good: bool | None = None
    link: str = ""
    drawing: Markup | None = None
    more: Sequence[tuple[str, str]] = ()

    def html(self) -> Markup:
        """The card as markup."""
        mark = {None: "", True: "✓ ", False: "✗ "}[self.good]
        style = {None: None, True: "good", False: "bad"}[self.good]
        title = element("a", self.title, href=self.link) if self.link else self.title
        more = [element("a", text, href=link) for text, link in self.more]
        return element(
            "li",
            element("div", self.drawing or "", class_="thumb", aria_hidden="true"),
            element("strong", title),
            element("span", self.text),
            element(
                "small", element("b", mark + self.remark, class_=style), *(f for link in more for f in (" · ", link))
            ),
            class_="done" if self.link else None,
        )


@dataclass(frozen=True)
class Cards:
    """The cards in as many columns as the page has room for."""

    cards: Sequence[Card]

    def html(self) -> Markup:
        """The list as markup."""
        return element("ul", *(card.html() for card in self.cards), class_="cards")


def illustration(figures: Sequence[Figure]) -> Markup:
    """The drawing of the first figure that is light enough for a card; nothing if there is none."""
    light = (figure.content for figure in figures if len(figure.content) <= LARGEST)
    return next(light, Markup(""))

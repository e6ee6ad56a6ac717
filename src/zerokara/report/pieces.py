"""Smaller pieces of a page: formulas, lists, questions with a hidden answer."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from zerokara.report.markup import Markup, element
from zerokara.report.texts import say
from zerokara.wording import Lang

_PRIME = re.compile(r"<msup>(<m\w+>[^<]*</m\w+>)<m[io]>&#x0?2032;</m[io]></msup>")
"""A prime as a superscript: its sign stands high already, so that it would float above the letter."""

_BESIDE = r'<mrow>\1<mo lspace="0" rspace="0">′</mo></mrow>'


@dataclass(frozen=True)
class Formula:
    """Lines of LaTeX, typeset as MathML, which every browser draws, prints and reads out without loading anything."""

    lines: Sequence[str]
    words: str = ""

    def html(self) -> Markup:
        """The lines one below the other, and what the letters mean."""
        from latex2mathml.converter import convert

        drawn = [Markup(_PRIME.sub(_BESIDE, convert(line, display="block"))) for line in self.lines]
        return element(
            "div",
            *(element("div", line, class_="formula", tabindex=0) for line in drawn),
            element("p", self.words, class_="symbols") if self.words else "",
            class_="formulas",
        )


@dataclass(frozen=True)
class Items:
    """A list of sentences."""

    sentences: Sequence[str]

    def html(self) -> Markup:
        """The list as markup."""
        return element("ul", *(element("li", sentence) for sentence in self.sentences), class_="items")


@dataclass(frozen=True)
class Quiz:
    """A question whose answer opens when the reader asks for it."""

    question: str
    answer: str
    lang: Lang = "en"

    def html(self) -> Markup:
        """Question and hidden answer."""
        answer = element("details", element("summary", say(self.lang, "answer")), element("p", self.answer))
        return element("div", element("p", self.question), answer, class_="quiz")


@dataclass(frozen=True)
class Folded:
    """Something that only some readers want: a line, under which the rest opens."""

    summary: str
    pieces: "Sequence[HasHtml]"

    def html(self) -> Markup:
        """The line, and what is folded below it; printed pages show it open."""
        inside = [piece.html() for piece in self.pieces]
        return element("details", element("summary", self.summary), *inside, class_="folded")


class HasHtml(Protocol):
    """A piece of a page that is no figure."""

    def html(self) -> Markup:
        """The piece as markup."""


@dataclass(frozen=True)
class Ways:
    """Where to go from a page: (what it is, where) to the table of contents, and to other pages."""

    name: str
    links: Sequence[tuple[str, str]]

    def html(self) -> Markup:
        """The links in a row."""
        items = [element("li", element("a", text, href=link)) for text, link in self.links]
        return element("nav", element("ul", *items), class_="ways", aria_label=self.name)

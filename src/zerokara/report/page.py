"""A whole report: one HTML file that needs nothing but itself."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from zerokara.io import write_atomically
from zerokara.report.cards import SEARCH, Cards, Choices
from zerokara.report.figure import Figure
from zerokara.report.markup import Markup, element, join
from zerokara.report.pieces import Folded, Formula, Items, Quiz, Ways
from zerokara.report.table import Table
from zerokara.report.texts import say
from zerokara.wording import Lang, check_language

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
"""What the browser may load for this page: nothing; pictures and style are inside."""

_SEARCH = f"; script-src 'sha256-{b64encode(sha256(SEARCH.encode()).digest()).decode()}'"


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of plain text."""

    text: str

    def html(self) -> Markup:
        """The paragraph as markup."""
        return element("p", self.text)


@dataclass(frozen=True)
class Code:
    """Something to type, or a printed result, as it is."""

    text: str

    def html(self) -> Markup:
        """The text in a frame that scrolls sideways."""
        return element("pre", element("code", self.text), tabindex=0)


@dataclass(frozen=True)
class Fact:
    """One number that matters, large, with its name and a remark."""

    name: str
    value: str
    remark: str = ""
    main: bool = False

    def html(self) -> Markup:
        """The fact as markup."""
        remark = element("span", self.remark) if self.remark else ""
        return element(
            "div", element("dt", self.name), element("dd", self.value, remark), class_="main" if self.main else None
        )


Piece = Figure | Table | Paragraph | Code | Formula | Items | Quiz | Cards | Folded


@dataclass(frozen=True)
class Section:
    """A titled part of a page: text first, then pieces; figures that stand next to each other share a row."""

    title: str
    pieces: Sequence[Piece]
    lead: str = ""

    def html(self, lang: Lang, name: str) -> Markup:
        """The section as markup, with the anchor `name`."""
        lead = element("p", self.lead, class_="lead") if self.lead else ""
        return element("section", element("h2", self.title), lead, *self._rows(lang), id=name)

    def _rows(self, lang: Lang) -> list[Markup]:
        rows: list[Markup] = []
        together: list[Markup] = []
        for piece in self.pieces:
            if isinstance(piece, Figure):
                together.append(piece.html(lang))
                continue
            if together:
                rows.append(element("div", *together, class_="figures"))
                together = []
            rows.append(piece.html())
        return [*rows, element("div", *together, class_="figures")] if together else rows


@dataclass(frozen=True)
class Page:
    """A report: title, question, what was found in a sentence or two, the main numbers, and sections.

    `kicker` stands small above the title, `footer` at the very end, `ways` to other pages above and below all;
    `choices` make the cards of a table of contents fewer. Everything is text and is escaped.
    """

    title: str
    sections: Sequence[Section]
    lead: str = ""
    question: str = ""
    kicker: str = ""
    facts: Sequence[Fact] = ()
    footer: str = ""
    lang: Lang = "en"
    ways: Ways | None = None
    choices: Choices | None = None

    def html(self) -> str:
        """The page: valid HTML, nothing to load, and no script but the search of cards where there are `choices`."""
        lang = check_language(self.lang)
        names = [f"part-{index}" for index in range(1, len(self.sections) + 1)]
        body = element(
            "main",
            self.ways.html() if self.ways else "",
            self._head(),
            self.choices.html() if self.choices else self._contents(names),
            *(section.html(lang, name) for section, name in zip(self.sections, names, strict=True)),
            self.ways.html() if self.ways else "",
            self._foot(),
        )
        head = element(
            "head",
            element("meta", charset="utf-8"),
            element("meta", http_equiv="Content-Security-Policy", content=POLICY + (_SEARCH if self.choices else "")),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            element("meta", name="color-scheme", content="light dark"),
            element("title", self.title),
            element("style", Markup(style()), self.choices.style() if self.choices else ""),
        )
        script = element("script", SEARCH) if self.choices else ""
        return "<!DOCTYPE html>\n" + element("html", head, "\n", element("body", body, script), lang=lang) + "\n"

    def write(self, path: Path) -> Path:
        """Write the page to `path`, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, self.html().encode())
        return path

    def _head(self) -> Markup:
        return element(
            "header",
            element("p", self.kicker, class_="kicker") if self.kicker else "",
            element("h1", self.title),
            element("p", self.question, class_="question") if self.question else "",
            element("p", self.lead, class_="lead") if self.lead else "",
            element("dl", *(fact.html() for fact in self.facts), class_="facts") if self.facts else "",
        )

    def _foot(self) -> Markup:
        """The footer; on paper it says too what is left out, for it stays folded there."""
        pieces = [piece for section in self.sections for piece in section.pieces]
        left_out = {
            "numbers-unprinted": any(isinstance(piece, Figure) and piece.table is not None for piece in pieces),
            "answers-unprinted": any(isinstance(piece, Quiz) for piece in pieces),
        }
        said = [element("p", self.footer)] if self.footer else []
        said += [element("p", say(self.lang, key), class_="unprinted") for key, is_so in left_out.items() if is_so]
        return element("footer", *said) if said else Markup("")

    def _contents(self, names: Sequence[str]) -> Markup:
        if len(names) < 3:
            return Markup("")
        links = [
            element("li", element("a", section.title, href=f"#{name}"))
            for section, name in zip(self.sections, names, strict=True)
        ]
        return element("nav", element("ol", *links), aria_label=say(self.lang, "contents"))


def style() -> str:
    """The style sheet that every page carries."""
    return join(Markup(files("zerokara.report").joinpath("style.css").read_text(encoding="utf-8")))

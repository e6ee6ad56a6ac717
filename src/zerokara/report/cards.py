"""Cards: an illustrated list of pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from zerokara.report.figure import Figure
from zerokara.report.markup import Markup, element
from zerokara.report.thumbnails import thumbnail

LARGEST = 100_000
"""A thumbnail with more characters than this is too heavy for a card."""


@dataclass(frozen=True)
class Card:
    """A page to go to: what it is called and about, a remark with ✓ or ✗, a drawing, and further pages (text, link).

    name: the anchor by which other pages find the card. kinds: what `Choices` know it by. command: what to type where
    there is no page yet.
    """

    title: str
    text: str
    remark: str = ""
    good: bool | None = None
    link: str = ""
    drawing: Markup | None = None
    more: Sequence[tuple[str, str]] = ()
    name: str = ""
    kinds: Sequence[str] = ()
    command: str = ""

    def html(self) -> Markup:
        """The card as markup."""
        mark = {None: "", True: "✓ ", False: "✗ "}[self.good]
        style = {None: None, True: "good", False: "bad"}[self.good]
        title = element("a", self.title, href=self.link) if self.link else self.title
        more = [element("a", text, href=link) for text, link in self.more]
        kinds = " ".join([*(["done"] if self.link else []), *self.kinds])
        return element(
            "li",
            element("div", self.drawing or element("b", self.title[:1]), class_="thumb", aria_hidden="true"),
            element("strong", title),
            element("span", self.text),
            element(
                "small", element("b", mark + self.remark, class_=style), *(f for link in more for f in (" · ", link))
            ),
            element("code", self.command) if self.command else "",
            class_=kinds or None,
            id=self.name or None,
        )


@dataclass(frozen=True)
class Cards:
    """The cards in as many columns as the page has room for."""

    cards: Sequence[Card]

    def html(self) -> Markup:
        """The list as markup."""
        return element("ul", *(card.html() for card in self.cards), class_="cards")


@dataclass(frozen=True)
class Choices:
    """Above all cards: a field to search them, and groups of kinds (text, kind), of which one is chosen at a time.

    The kinds are chosen without a script; the search needs one, and is not shown where scripts do not run.
    """

    search: str
    everything: str
    groups: Mapping[str, Sequence[tuple[str, str]]]

    def html(self) -> Markup:
        """The field and the groups."""
        groups = [self._group(number, name, kinds) for number, (name, kinds) in enumerate(self.groups.items())]
        field = element("input", type="search", placeholder=self.search, aria_label=self.search, hidden="hidden")
        return element("form", field, *groups, class_="choices")

    def _group(self, number: int, name: str, kinds: Sequence[tuple[str, str]]) -> Markup:
        one_of = [(self.everything, ""), *kinds]
        buttons = [
            element(
                "label",
                element(
                    "input", type="radio", name=f"group-{number}", id=f"only-{kind}" if kind else None,
                    checked=None if kind else "checked",
                ),
                text,
            )
            for text, kind in one_of
        ]  # fmt: skip
        return element("fieldset", element("legend", name), *buttons)

    def style(self) -> Markup:
        """What hides the cards, and the sections without any, that are not of the chosen kind."""
        kinds = [kind for group in self.groups.values() for _, kind in group]
        hidden = "body:has(#only-{0}:checked) :is(.cards li:not(.{0}), section:not(:has(.{0}))) {{ display: none; }}"
        return Markup("\n".join(hidden.format(kind) for kind in kinds))


SEARCH = Markup(
    r"""const plain = text => text.normalize('NFKC').toLowerCase();
const told = card => [...card.querySelectorAll(':scope > strong, :scope > span')].map(e => e.textContent);
const cards = [...document.querySelectorAll('.cards li')].map(e => [e, plain([e.id, ...told(e)].join('\n'))]);
const form = document.querySelector('.choices'), field = form.querySelector('input[type=search]');
const sections = [...document.querySelectorAll('section')];
field.hidden = false;
form.onsubmit = event => event.preventDefault();
form.oninput = () => {
  const wanted = plain(field.value).split(/\s+/);
  for (const [card, text] of cards) card.hidden = !wanted.every(word => text.includes(word));
  for (const section of sections) section.hidden = false;
  const empty = sections.filter(e => ![...e.querySelectorAll('.cards li')].some(card => card.getClientRects().length));
  for (const section of empty) section.hidden = true;
};
if (field.value) form.oninput();"""
)
"""The only script of any page: it hides the cards whose title, text and name do not hold every word that is searched.

Japanese input writes letters wide and narrow: both are the same letter here.
"""


def illustration(figures: Sequence[Figure]) -> Markup:
    """The thumbnail of the first figure that has one light enough for a card; nothing if there is none."""
    drawn = (thumbnail(figure) for figure in figures)
    return next((one for one in drawn if one and len(one) <= LARGEST), Markup(""))

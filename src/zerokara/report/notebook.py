"""Pieces of a report within a notebook, and figures that show themselves there."""

import re
from functools import cache

from zerokara.report.figure import Figure
from zerokara.report.markup import Markup, element, join
from zerokara.report.page import style


def notebook_html(*pieces: Markup) -> Markup:
    """Finished pieces with the style of a report, which touches nothing else on the notebook's page."""
    return element("div", _sheet(), element("div", join(*pieces), class_="figures"), class_="zerokara")


@cache
def _sheet() -> Markup:
    scoped = re.sub(r"(?m)^( *)(:root|html|body|main)\b", r"\1:scope", style())
    return element("style", Markup(f"@scope (.zerokara) {{\n{scoped}\n:scope {{ background: none; padding: 0; }}\n}}"))


_KANA = re.compile(r"[\u3040-\u30ff]")


def _told(figure: Figure) -> str:
    """What a figure says of itself where only text is shown: its title and its words, not the source of its drawing."""
    words = figure.words if len(figure.words) <= 200 else f"{figure.words[:199]}…"
    return f"Figure({figure.title!r}: {words})"


def _shown(figure: Figure) -> str:
    """The figure with the style of a report, in the language in which its words are written."""
    return notebook_html(figure.html("ja" if _KANA.search(figure.words) else "en"))


# A figure knows nothing of the page's style, which knows all the pieces; so it learns here how to show itself.
setattr(Figure, "__repr__", _told)  # noqa: B010 (a method given to a class)
setattr(Figure, "_repr_html_", _shown)  # noqa: B010

"""The style sheets of the pages: all are loaded together, so what one page's sheet says must not reach another page."""

import re
from pathlib import Path

import pytest

from zerokara.studio import texts

STATIC = Path(texts.__file__).parent / "static"
PAGES = {"draw": {"#unit", "#layers"}, "plane": {".plane"}, "pictures": {".pictures"}}
"""Every page, and what there is on no other one: a rule that begins with it stays on its page."""


def classes(page: str) -> set[str]:
    """The classes of what a page's modules make."""
    js = "\n".join(file.read_text(encoding="utf-8") for file in (STATIC / "js" / page).glob("*.js"))
    plain = re.findall(r"""class: [`"]([^`"]*)[`"]""", js) + re.findall(r"""\bcard\("[\w-]+", "([\w-]+)\"""", js)
    return {name for text in plain for name in re.sub(r"\$\{[^}]*\}", " ", text).split()}


def reaching(sheet: str, page: str, known: set[str]) -> list[str]:
    """Selectors of a sheet all of whose classes a page uses."""
    rules = re.findall(r"([^{}]+)\{", re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL))
    parts = [part.strip() for rule in rules for part in rule.split(",") if not rule.strip().startswith("@")]
    return [
        part
        for part in parts
        if (named := set(re.findall(r"\.([\w-]+)", part)))
        and named <= known
        and not any(part.startswith(own) for own in PAGES[page])
    ]


@pytest.mark.parametrize("page", PAGES)
def test_no_sheet_of_a_page_reaches_another(page: str) -> None:
    """A class that two pages use is described in studio.css, or under what there is on its own page only."""
    sheet = (STATIC / f"{page}.css").read_text(encoding="utf-8")
    assert reaching(sheet, page, classes(page)) != []
    for other in PAGES.keys() - {page}:
        assert reaching(sheet, page, classes(other)) == [], other

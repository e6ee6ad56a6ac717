from pathlib import Path

import numpy as np
import pytest

from tests.report.checking import check_page, words
from zerokara.report import (
    Axis,
    Card,
    Cards,
    Choices,
    Code,
    Fact,
    Figure,
    Folded,
    Formula,
    Lang,
    Line,
    Page,
    Paragraph,
    Picture,
    Section,
    Table,
    Tile,
    Ways,
    confusion_matrix,
    gallery,
    histogram,
    line_chart,
    probability_bars,
)

NASTY = "<script>alert('x')</script> & \"quotes\" ]]> \x00\x1b[31m \ud800 日本語"


def page(text: str = "plain", lang: Lang = "en") -> Page:
    classes = ["0", "1", text]
    bars = probability_bars(np.array([0.2, 0.7, 0.1]), classes, lang=lang, caption=text, marked=2)
    tile = Tile([Picture(np.eye(8), text, text)], text, text, good=False, charts=[bars])
    figures: list[Figure | Table | Paragraph | Code] = [
        line_chart(text, [Line(text, [1, 2], [0.5, 0.1]), Line("b", [1, 2], [1, 2])], Axis(text, text), Axis(text)),
        confusion_matrix(text, np.array([[3, 0, 1], [0, 4, 0], [1, 0, 2]]), classes, lang=lang, note=text),
        histogram(text, np.arange(20.0), Axis(text), lang=lang, note=text),
        gallery(text, [tile], table=Table([text], [[text]]), note=text, lang=lang),
        Paragraph(text),
        Code(text),
        Table([text, "n"], [[text, 3], [text, 0.5]], text),
    ]
    sections = [Section(text, figures, text), Section("b", []), Section("c", [])]
    facts = [Fact(text, text, text, main=True)]
    return Page(text, sections, lead=text, question=text, kicker=text, facts=facts, footer=text, lang=lang)


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_page_is_complete_in_itself(lang: Lang) -> None:
    tree = check_page(page(lang=lang).html())
    assert tree.attrib["lang"] == lang


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_whatever_is_written_into_a_page_stays_text(lang: Lang) -> None:
    html = page(NASTY, lang).html()
    said = words(check_page(html))
    assert "<script" not in html
    assert "<script>alert('x')</script> & \"quotes\"" in said
    assert "日本語" in said
    assert "\x1b" not in html


def test_no_word_of_the_page_is_in_the_other_language() -> None:
    assert not any("぀" <= c <= "鿿" for c in page().html())
    japanese = words(check_page(page(lang="ja").html()))
    assert "この図の数値" in japanese
    assert "numbers behind" not in japanese


def test_a_page_says_that_nothing_may_be_loaded() -> None:
    assert "default-src 'none'" in page().html().replace("&#x27;", "'")


def test_a_language_that_is_not_known_is_refused() -> None:
    with pytest.raises(ValueError, match="en or ja; got 'fr'"):
        page(lang="fr").html()  # type: ignore[arg-type]


def test_a_page_is_written_whole_into_a_new_folder(tmp_path: Path) -> None:
    path = page().write(tmp_path / "a" / "b" / "report.html")
    assert path.read_text(encoding="utf-8") == page().html()
    assert [p.name for p in path.parent.iterdir()] == ["report.html"]


def test_figures_that_follow_each_other_share_a_row() -> None:
    one = histogram("a", [1.0, 2.0], Axis("x"))
    html = Section("s", [one, one, Paragraph("between"), one]).html("en", "part-1")
    assert html.count('class="figures"') == 2


def test_a_prime_stands_beside_its_letter() -> None:
    """As a superscript it would float: its sign is a high one already."""
    markup = Formula([r"\sigma'(z)", r"\text{ReLU}' = L'"]).html()
    assert "msup" not in markup
    assert markup.count("′") == 3
    assert "msup" in Formula(["x^2"]).html()


def test_what_is_folded_is_there_and_the_ways_lead_to_other_pages() -> None:
    ways = Ways("Other pages", [("All", "index.html"), ("Next", "next.html")])
    section = Section("Numbers", [Folded("Open me", [Paragraph("inside")])])
    tree = check_page(Page("A page", [section], ways=ways).html(), links=True)
    (folded,) = [d for d in tree.iter("details") if d.get("class") == "folded"]
    assert [child.text for child in folded] == ["Open me", "inside"]
    assert [a.get("href") for a in tree.iter("a")] == ["index.html", "next.html"] * 2


def test_cards_can_be_chosen_without_a_script_and_searched_with_the_only_one() -> None:
    """Each kind has a button and a rule; the script is the one that the page's policy names."""
    cards = [
        Card("One", "first", kinds=("short",), name="one"),
        Card("Two", "second", kinds=("long",), command="run two"),
    ]
    choices = Choices("Search", "all", {"Length": [("short", "short"), ("long", "long")]})
    html = Page("Contents", [Section("All", [Cards(cards)])], choices=choices).html()
    tree = check_page(html, links=True)
    buttons = {i.get("id") for i in tree.iter("input") if i.get("type") == "radio"}
    assert buttons == {None, "only-short", "only-long"}
    assert all(f"#only-{kind}:checked" in html for kind in ("short", "long"))
    assert "run two" in html
    assert len(list(tree.iter("script"))) == 1
    assert "script" not in Page("A page", []).html()

"""Every report in a real browser, on a desk, on a phone and printed, light and dark: nothing is cut off or unclear."""

from importlib.resources import as_file, files
from pathlib import Path

import pytest

from tests.experiments.quick import EVERYDAY, OTHERS, outspoken_page, quick_page, quick_result
from tests.report.browser import NARROW, PRINTED, WIDE, faults, needs_browser
from tests.sweeps import long
from zerokara.cli.app import main
from zerokara.experiments import EXPERIMENTS, run
from zerokara.experiments.index import write_index, write_report
from zerokara.experiments.texts import TEXTS
from zerokara.report import Card, Cards, Lang, Page, Section, illustration

DIGITS = {"filters": {"data": "digits"}}
PARTS = {"everyday": EVERYDAY, **{f"{part + 1} of 5": OTHERS[part::5] for part in range(5)}}


@needs_browser
@pytest.mark.parametrize("part", ["everyday", *(long(part) for part in PARTS if part != "everyday")])
def test_reports_are_laid_out_whole(part: str, tmp_path: Path) -> None:
    pages = {
        f"{name}.{lang}": quick_page(name, lang)  # type: ignore[arg-type]
        for name in PARTS[part]
        for lang in ("en", "ja")
    }
    assert faults(pages, tmp_path) == []


@needs_browser
@pytest.mark.parametrize("part", ["everyday", *(long(part) for part in PARTS if part != "everyday")])
def test_reports_of_full_runs_are_laid_out_whole(part: str, tmp_path: Path) -> None:
    """A quick run that is too short to show its effect has no finding, no figure beside it and no questions."""
    langs: tuple[Lang, ...] = ("en", "ja")
    every = {(name, lang): outspoken_page(name, lang) for name in PARTS[part] for lang in langs}
    pages = {f"{name}.{lang}": page for (name, lang), page in every.items() if page}
    assert len(pages) >= 6
    assert all(TEXTS["questions"](lang) in page for (_, lang), page in every.items() if page)
    assert faults(pages, tmp_path) == []


@needs_browser
@pytest.mark.parametrize("names", [EVERYDAY], ids=["everyday"])
def test_every_thumbnail_is_whole_and_shows_something(names: tuple[str, ...], tmp_path: Path) -> None:
    """On cards of every width; those without any figure have the first letter of their title."""
    drawings = {name: illustration(quick_result(name).figures("en")) for name in names}
    assert {name for name, drawing in drawings.items() if not drawing} <= {"hello"}
    cards = [
        Card(EXPERIMENTS[name].title("en"), "", link=f"{name}.html", drawing=d, name=name)
        for name, d in drawings.items()
    ]
    page = Page("Contents", [Section("All", [Cards(cards)])]).html()
    assert faults({"cards": page}, tmp_path) == []


@needs_browser
def test_the_measuring_finds_what_is_wrong(tmp_path: Path) -> None:
    """A text that is cut off, two that lie on each other, and a page that is too wide."""
    text = "<text x='{}' y='20' font-size='12'>{}</text>"
    drawn = text.format(10, "first words") + text.format(14, "second words") + text.format(190, "cut off here")
    bad = f"<!DOCTYPE html><body><figure><svg width='200' height='40' viewBox='0 0 200 40'>{drawn}</svg></figure>"
    found = {
        fault.partition(":")[0]
        for _, _, fault in faults({"bad": bad + "<p style='width:900px'>x"}, tmp_path, [(390, False)])
    }
    assert found == {"cut off", "on each other", "the page is 908 px wide"}


@needs_browser
def test_the_measuring_finds_what_is_cut_off_on_cards_and_broken_words(tmp_path: Path) -> None:
    square = "<svg viewBox='0 0 100 100' style='width:{}px'><rect width='{}' height='9'/>{}</svg>"
    letters = "<text y='50' font-size='9'>small</text>"
    drawings = [
        square.format(90, 90, ""),
        square.format(90, 120, ""),
        square.format(300, 9, ""),
        square.format(30, 9, ""),
    ]
    drawings += [square.format(80, 9, letters), "<svg viewBox='0 0 9 9' style='width:90px'></svg>"]
    style = "<style>.thumb { width: 200px; height: 120px; overflow: hidden } svg { display: block }</style>"
    cards = "".join(f"<li id='{k}'><div class='thumb'>{drawing}</div></li>" for k, drawing in enumerate(drawings))
    narrow = "<table><tr><th style='max-width:20px;overflow-wrap:anywhere'>percept ron perceptron"
    found = faults({"bad": f"<!DOCTYPE html>{style}<body><ul>{cards}</ul>{narrow}"}, tmp_path, [(NARROW, False)])
    told = {fault for _, _, fault in found if not fault.startswith(("squeezed", "no sign"))}
    assert told == {
        "cut off on a card: 1, rect",
        "cut off on a card: 2",
        "too small to be seen on a card: 3",
        "too small to be read on a card: 4, small",
        "nothing on a card: 5",
        "a broken word: percept in percept ron perceptron",
        "a broken word: perceptron in percept ron perceptron",
    }


@needs_browser
def test_the_measuring_finds_what_is_unclear_in_print_and_in_the_dark(tmp_path: Path) -> None:
    """Rows that scroll on paper or without a sign, pictures of several sizes, blocks that no page holds, pale words."""
    style = "@media print { .tall { break-inside: avoid } } @media (prefers-color-scheme: dark) { p { color: #222 } }"
    style += "@media (prefers-color-scheme: dark) { body { background: #111 } } img { width: 20px }"
    wide = "<div style='overflow-x:auto'><div style='width:2000px'>wide</div></div>"
    row = "<div class='pictures'><div><img alt=''></div><div><img alt='' style='width:40px'></div></div>"
    bad = f"<!DOCTYPE html><style>{style}</style><body><main>{wide}{row}<p>words</p>"
    tall = "<div class='tall' style='height:900px'>tall</div>"
    far = "<section><h2>Far above</h2><p style='height:500px'><p class='tall'>its figure</p></section>"
    found = faults({"bad": f"{bad}{tall}{far}</main>"}, tmp_path)
    assert sum("before a heading" in fault for _, _, fault in found) == 1
    told = {(width, fault.partition(" ")[0]) for _, width, fault in found}
    assert told == {
        *((width, "pictures") for width in (1200, 390, 718)),
        *((width, "no") for width in (1200, 390)),
        *((width, "pale") for width in (1200, 390, 718)),
        (718, "cut"),
        (718, "half"),
    }


BESIDE = """name !== 'filters' ? [] : (() => {
  const images = document.querySelectorAll('.gallery.large img');
  const [before, after] = [...images].map(e => e.getBoundingClientRect());
  const beside = Math.abs(before.top - after.top) < 1 && before.right < after.left && before.height === after.height;
  return [beside ? 'before beside after' : before.bottom < after.top ? 'before above after' : 'neither'];
})()"""
"""How the filters before and after the training lie: side by side where there is room."""


@needs_browser
@pytest.mark.parametrize("lang", [long("en"), "ja"])
def test_the_table_of_contents_and_an_explanation_are_laid_out_whole(lang: Lang, tmp_path: Path) -> None:
    for name in ("chain-rule", "filters", "nand-half-adder"):
        write_report(tmp_path, run(name, out=tmp_path, quick=True, **DIGITS.get(name, {})), lang)
    pages = {"index": write_index(tmp_path, lang).read_text(encoding="utf-8")}
    (filters,) = tmp_path.glob("filters*.html")
    pages["filters"] = filters.read_text(encoding="utf-8")
    with as_file(files("zerokara.digits").joinpath("examples", "7-crossed.png")) as drawing:
        asked = ("--class", "7", "--class", "1", "--lang", lang, "--out", str(tmp_path / "explained"))
        assert main(["explain", str(drawing), *asked]) == 0
    pages["explain"] = (tmp_path / "explained" / "report.html").read_text(encoding="utf-8")
    assert faults(pages, tmp_path, more=BESIDE) == [
        ("filters", NARROW, "before above after"),
        ("filters", PRINTED, "before beside after"),
        ("filters", WIDE, "before beside after"),
    ]

"""Every report in a real browser, on a desk, on a phone and printed, light and dark: nothing is cut off or unclear."""

from importlib.resources import as_file, files
from pathlib import Path

import pytest

from tests.experiments.quick import EVERYDAY, OTHERS, quick_page
from tests.report.browser import faults, needs_browser
from tests.sweeps import long
from zerokara.cli.app import main
from zerokara.experiments import run
from zerokara.experiments.index import write_index, write_report
from zerokara.report import Lang

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


@needs_browser
@pytest.mark.parametrize("lang", [long("en"), "ja"])
def test_the_table_of_contents_and_an_explanation_are_laid_out_whole(lang: Lang, tmp_path: Path) -> None:
    for name in ("chain-rule", "filters", "nand-half-adder"):
        write_report(tmp_path, run(name, out=tmp_path, quick=True, **DIGITS.get(name, {})), lang)
    pages = {"index": write_index(tmp_path, lang).read_text(encoding="utf-8")}
    with as_file(files("zerokara.digits").joinpath("examples", "7-crossed.png")) as drawing:
        asked = ("--class", "7", "--class", "1", "--lang", lang, "--out", str(tmp_path / "explained"))
        assert main(["explain", str(drawing), *asked]) == 0
    pages["explain"] = (tmp_path / "explained" / "report.html").read_text(encoding="utf-8")
    assert faults(pages, tmp_path) == []

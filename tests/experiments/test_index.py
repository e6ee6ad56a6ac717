"""The table of contents of all experiments: what its cards can be chosen and searched by, in a browser too."""

import unicodedata
from collections.abc import Collection
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from benchmarks.chromium import Page, chromium

from tests.report.browser import WIDE, needs_browser
from tests.report.checking import check_page, words
from zerokara.experiments import EXPERIMENTS, run
from zerokara.experiments.catalogue import CHAPTERS
from zerokara.experiments.index import write_index, write_report
from zerokara.experiments.texts import say
from zerokara.report import Lang

COSTS = ("S", "M", "L", "XL")
DATA = {"": "needs-nothing", "mnist": "needs-mnist", "cifar10": "needs-cifar10"}


def kinds(name: str) -> set[str]:
    """A chapter, a time and a need of data: what an experiment is chosen by."""
    experiment = EXPERIMENTS[name]
    return {f"chapter-{experiment.chapter}", f"cost-{experiment.cost}", DATA[experiment.data_set]}


def contents(folder: Path, lang: Lang) -> tuple[Path, Element]:
    path = write_index(folder, lang)
    return path, check_page(path.read_text(encoding="utf-8"), links=True)


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_every_experiment_can_be_chosen_by_chapter_time_and_data(lang: Lang, tmp_path: Path) -> None:
    """A card has one kind of each group, and no group offers a kind that no card has."""
    _, tree = contents(tmp_path, lang)
    cards = {card.get("id", ""): set(card.get("class", "").split()) for card in tree.iter("li") if card.get("id")}
    assert cards == {name: kinds(name) for name in EXPERIMENTS}
    groups = {words(group[0]): [i.get("id") for i in group.iter("input")] for group in tree.iter("fieldset")}
    assert groups == {
        say(lang, "filter-chapter"): [None, *(f"only-chapter-{chapter}" for chapter in CHAPTERS)],
        say(lang, "filter-time"): [None, *(f"only-cost-{cost}" for cost in COSTS)],
        say(lang, "filter-data"): [None, *(f"only-{kind}" for kind in DATA.values())],
    }
    offered = {str(button).removeprefix("only-") for group in groups.values() for button in group[1:]}
    assert offered == set().union(*cards.values())


def test_what_needs_no_download_is_said_to_need_no_data() -> None:
    """By its settings alone: one reads CIFAR-10 and no MNIST, and one is given a network that comes trained."""
    assert kinds("alexnet-dropout") >= {"needs-cifar10"}
    assert kinds("paint-digit") >= {"needs-nothing"}
    assert kinds("filters") >= {"needs-mnist"}
    assert run("paint-digit", quick=True).source == ""


def shown(page: Page) -> set[str]:
    """The cards that are seen."""
    return set(page.value("[...document.querySelectorAll('.cards li')].filter(e => e.offsetParent).map(e => e.id)"))


def typed(page: Page, text: str) -> set[str]:
    """The cards that are seen when this stands in the field, as a keyboard or an input method puts it there."""
    page.value("document.querySelector('input[type=search]').focus()")
    page.value("document.querySelector('input[type=search]').select()")
    page.key("Delete", 46)
    page.call("Input.insertText", text=text)
    assert page.value("document.querySelector('input[type=search]').value") == text
    return shown(page)


def chosen(page: Page, kind: str) -> set[str]:
    page.value(f"document.getElementById('only-{kind}').click()")
    return shown(page)


def about(*searched: str, lang: Lang) -> set[str]:
    """The experiments whose name, title or question has all these words."""
    told = {name: f"{name} {e.title(lang)} {e.question(lang)}".lower() for name, e in EXPERIMENTS.items()}
    return {name for name, text in told.items() if all(word in text for word in searched)}


def of(*wanted: str, among: Collection[str] = tuple(EXPERIMENTS)) -> set[str]:
    """The experiments of all these kinds."""
    return {name for name in among if kinds(name) >= set(wanted)}


@needs_browser
def test_typing_and_choosing_shows_just_the_right_cards(tmp_path: Path) -> None:
    """Also what has been run is found by its words, not by those of its drawing; no heading is left alone."""
    for name in ("chain-rule", "xor-gate", "nand-half-adder"):
        write_report(tmp_path, run(name, out=tmp_path), "en")
    everything = set(EXPERIMENTS)
    with chromium(WIDE, 900) as page:
        page.go(contents(tmp_path, "en")[0].as_uri())
        page.until("document.readyState === 'complete' && !document.querySelector('input[type=search]').hidden")
        assert shown(page) == everything
        xor = typed(page, "XOR")
        assert {"xor-gate", "xor-learned"} <= xor == about("xor", lang="en")
        page.value("window.before = true")
        page.call("Input.dispatchKeyEvent", type="keyDown", key="Enter", windowsVirtualKeyCode=13, text="\r")
        page.value("new Promise(done => setTimeout(done, 200))")
        assert page.value("window.before && document.querySelector('input[type=search]').value") == "XOR"
        assert typed(page, "learn  Weights") == about("learn", "weights", lang="en") != about("learn", lang="en")
        assert typed(page, "zerokara lab run") == set()  # what stands on every card that has not been run finds none
        assert typed(page, "") == everything
        assert chosen(page, "chapter-2") == of("chapter-2")
        assert chosen(page, "cost-S") == of("chapter-2", "cost-S") < of("chapter-2")
        assert typed(page, "nand") == of("chapter-2", "cost-S", among=about("nand", lang="en"))
        headings = "[...document.querySelectorAll('section')].filter(e => e.offsetParent || e.offsetHeight).length"
        assert page.value(headings) == 1
        assert chosen(page, "needs-mnist") == set()
        assert page.value(headings) == 0

        page.go(contents(tmp_path, "ja")[0].as_uri())
        page.until("document.documentElement.lang === 'ja' && document.readyState === 'complete'")
        for word in ("畳み込み", "勾配", "重み"):
            assert typed(page, word) == about(word, lang="ja"), word
            assert 2 < len(about(word, lang="ja")) < len(EXPERIMENTS) / 3
        wide = "ＸＯＲ"
        assert unicodedata.normalize("NFKC", wide) == "XOR"
        assert typed(page, wide) == typed(page, "xor") == about("xor", lang="ja")
        assert typed(page, "重み\u3000初期値") == about("重み", "初期値", lang="ja")
        assert chosen(page, "needs-cifar10") == set()
        assert typed(page, "") == of("needs-cifar10") == {"alexnet-dropout"}

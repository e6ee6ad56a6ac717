"""Every report in a real browser, on a desk, on a phone and printed, light and dark: nothing is cut off or unclear."""

from pathlib import Path

import pytest

from tests.experiments.quick import quick_result
from tests.report.browser import CHROMIUM, faults
from zerokara.experiments import EXPERIMENTS
from zerokara.experiments.page import page


@pytest.mark.skipif(CHROMIUM is None, reason="no browser is installed")
@pytest.mark.parametrize("chapter", range(1, 9))
def test_reports_are_laid_out_whole(chapter: int, tmp_path: Path) -> None:
    pages = {
        f"{name}.{lang}": page(quick_result(name), lang).html()  # type: ignore[arg-type]
        for name, experiment in EXPERIMENTS.items()
        if experiment.chapter == chapter
        for lang in ("en", "ja")
    }
    assert faults(pages, tmp_path) == []


@pytest.mark.skipif(CHROMIUM is None, reason="no browser is installed")
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

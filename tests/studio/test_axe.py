"""axe finds no violation on the page: both languages, both themes, drawn, blank, several digits, the pixel editor.

Every day it looks at a drawing in one language and theme; words have no colours of their own.
"""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from tests.report.browser import needs_browser
from tests.studio.browsing import SEVEN, Tab, opened, violations
from tests.studio.drawing import beside
from tests.studio.serving import Served
from tests.sweeps import sweep
from zerokara.io.png import png
from zerokara.views import pen

pytestmark = needs_browser


def looked_at(chromium: Any, studio: Served, language: str, theme: str) -> AbstractContextManager[Tab]:
    """The page in this language and theme; axe may put its script into it."""
    options = {"color_scheme": theme, "reduced_motion": "reduce", "bypass_csp": True}
    return opened(chromium, studio, f"#lang={language}", **options)


@pytest.mark.parametrize(("theme", "language"), sweep([("light", "en"), ("dark", "ja")], [("light", "en")]))
def test_no_violation_where_something_is_drawn(chromium: Any, studio: Served, language: str, theme: str) -> None:
    with looked_at(chromium, studio, language, theme) as tab:
        page = tab.page
        assert page.evaluate("document.documentElement.lang") == language
        assert page.locator("main").count() == 1
        levels = [int(name[1]) for name in page.locator("h1, h2, h3").evaluate_all("all => all.map(e => e.tagName)")]
        assert levels[0] == 1
        assert levels.count(1) == 1
        tab.lines(SEVEN)
        tab.read("7")
        page.locator("#layers").scroll_into_view_if_needed()
        page.locator("#layers canvas").first.wait_for()
        page.locator("#layers .maps button").first.click()
        page.locator('#layers .loupe [role="application"]').press("Enter")
        page.locator("#unit .formula").wait_for()
        page.locator("#why li svg").last.wait_for()
        page.locator(
            "#layers > .numbers summary"
        ).click()  # of all tables of numbers, which are made alike, the smallest
        assert violations(page) == []


@pytest.mark.long
@pytest.mark.parametrize(("theme", "language"), [("light", "en"), ("dark", "ja")])
def test_no_violation_elsewhere(chromium: Any, studio: Served, tmp_path: Path, language: str, theme: str) -> None:
    """Blank, with several digits, in the pixel editor, in dialogs."""
    (tmp_path / "several.png").write_bytes(png(pen.as_paper(beside(3, 1, 7))))
    with looked_at(chromium, studio, language, theme) as tab:
        page = tab.page
        page.locator("#tool-clear").click()
        tab.read("")
        assert violations(page) == []
        page.locator("#choose").set_input_files(tmp_path / "several.png")
        tab.read("317")
        assert violations(page) == []
        page.locator("#tool-pixels").click()
        page.wait_for_selector('[role="grid"]:not([hidden])')
        assert violations(page, "[role=grid]") == []
        page.keyboard.press("Escape")
        page.locator("#keys").click()
        assert violations(page, "#help") == []
        page.keyboard.press("Escape")
        page.locator("#save").click()
        page.frame_locator("#saved iframe").locator("h1").wait_for()
        assert violations(page, "#saved") == []

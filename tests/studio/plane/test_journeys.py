"""Journeys through the page of the plane, in a real browser: learn, rewind, change on the way, pass on by a link; axe."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.report.browser import needs_browser
from tests.studio.browsing import Tab, violations
from tests.studio.serving import Served

pytestmark = needs_browser


class PlaneTab(Tab):
    """A tab on the page of the plane."""

    def read(self, text: str | None = None) -> None:
        """Wait for what was asked to be painted."""
        self.page.wait_for_selector('.plane[data-settled="true"]')

    def at(self, step: int) -> str:
        """Wait for a step; what stands there of the training points."""
        self.page.wait_for_selector(f'.plane[data-settled="true"][data-step="{step}"]', timeout=60_000)
        return str(self.page.locator("#now-train").inner_text())


@contextmanager
def opened(made: Any, studio: Served, fragment: str = "#v=1&p=plane", **options: Any) -> Iterator[PlaneTab]:
    tab = PlaneTab(made, studio, fragment, **options)
    try:
        yield tab
    finally:
        tab.context.close()
    assert tab.wrong == [], tab.wrong


def test_xor_is_learned_rewound_and_passed_on(chromium: Any, studio: Served) -> None:
    with opened(chromium, studio, permissions=["clipboard-read", "clipboard-write"]) as tab:
        page = tab.page
        first = tab.at(150)  # something has happened at first paint
        page.locator("#play").click()
        page.wait_for_selector('.plane[data-accuracy="1"]', timeout=120_000)
        page.locator("#play").click()
        page.wait_for_selector('.plane[data-playing="false"][data-settled="true"]')
        step = int(page.locator(".plane").get_attribute("data-step"))
        end = tab.at(step)
        assert step > 150
        page.locator("#step").fill("150")
        assert tab.at(150) == first  # exactly what stood there before
        page.locator("#step").fill(str(step))
        assert tab.at(step) == end
        page.locator("#back").click()
        tab.at(step - 1)
        page.keyboard.press(".")
        assert tab.at(step) == end
        page.locator("#copy").click()
        link = str(page.evaluate("navigator.clipboard.readText()")).split("/")[-1]
        assert f"step={step}" in link
        with opened(chromium, studio, link) as other:
            assert other.at(step) == end


def test_changes_points_and_doors(chromium: Any, studio: Served) -> None:
    with opened(chromium, studio, "#v=1&p=plane&speed=100") as tab:
        page = tab.page
        tab.at(150)
        page.locator("#plane-lr").fill("0.1")
        page.keyboard.press("Tab")
        page.wait_for_selector(".marks li")
        assert "0.1" in page.locator(".marks li").inner_text()
        rows = len(tab.got[-1][1]["train"])
        page.locator("#plane").click(position={"x": 40, "y": 40})
        tab.read()
        tab.until(f"document.querySelectorAll('.marks li').length === 2 && {rows} > 0")
        assert len(tab.got[-1][1]["train"]) == rows + 1
        page.locator("#plane").focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")  # a point by keyboard alone
        tab.until("document.querySelectorAll('.marks li').length === 3")
        assert [round(float(v), 2) for v in tab.got[-1][1]["train"][-1]] == [0.05, 0, 1]
        page.locator("#layer-more").click()
        tab.at(0)
        assert page.locator("[data-layer]").count() == 3
        page.locator("#plane-set").select_option("function")
        page.wait_for_selector("#plane-formula:visible")
        page.locator("#plane-formula").fill("x*")
        page.keyboard.press("Tab")
        page.wait_for_selector("#notice.bad")  # the engine says in a sentence what is wrong
        page.locator("#plane-formula").fill("x*y")
        page.keyboard.press("Tab")
        tab.at(0)
        page.locator("#language").click()
        assert "ネットワーク" in page.locator("h1").inner_text()
        page.locator("#language").click()
        page.locator('#doors a[data-page="draw"]').click()
        page.wait_for_selector('.answer[data-exact="true"]')
        page.locator('#doors a[data-page="plane"]').click()
        assert page.locator("#plane-formula").input_value() == "x*y"  # as it was left
        page.locator("#play").click()
        page.wait_for_selector('.plane[data-playing="true"]')
        tab.until("document.querySelector('.plane').dataset.step > 100")
        page.locator('#doors a[data-page="draw"]').click()
        page.wait_for_selector('.answer[data-exact="true"]')
        page.locator('#doors a[data-page="plane"]').click()
        left = int(page.locator(".plane").get_attribute("data-step"))
        tab.until(f"document.querySelector('.plane').dataset.step > {left + 200}")  # what was learning goes on


@pytest.mark.parametrize("width", [360, 1400])
def test_it_fits(chromium: Any, studio: Served, width: int) -> None:
    with opened(chromium, studio, "#v=1&p=plane&lang=ja", viewport={"width": width, "height": 800}) as tab:
        tab.at(150)
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_violation(chromium: Any, studio: Served, language: str, theme: str) -> None:
    options = {"color_scheme": theme, "reduced_motion": "reduce", "bypass_csp": True}
    with opened(chromium, studio, f"#v=1&p=plane&lang={language}&set=gaussians&classes=10", **options) as tab:
        tab.at(150)
        tab.page.locator(".unit").first.click()
        for summary in tab.page.locator(".plane summary").all():
            summary.click()
        tab.page.locator("#plane-lr").fill("0.1")
        tab.page.keyboard.press("Tab")
        tab.page.wait_for_selector(".marks li")
        assert violations(tab.page) == []
        levels = [
            int(name[1]) for name in tab.page.locator("h1, h2, h3").evaluate_all("all => all.map(e => e.tagName)")
        ]
        assert levels[0] == 1
        assert levels.count(1) == 1

"""A real browser on a real studio: where none is installed the tests are skipped, and say so."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pytest

from tests.report.browser import CHROMIUM
from tests.studio.serving import Served, wait_for
from zerokara.studio import frames

AnyTab = TypeVar("AnyTab", bound="Tab")
BROWSER_PATIENCE = 240.0
READ = '.answer[data-exact="true"]'


@contextmanager
def browser() -> Iterator[Any]:
    """Headless Chromium."""
    api = pytest.importorskip("playwright.sync_api")
    import os

    # as root there is no sandbox
    arguments = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with api.sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        try:
            yield made
        finally:
            made.close()


class Tab:
    """A page that was let in; what it logs, asks for, sends and gets is kept."""

    def __init__(self, made: Any, studio: Served, fragment: str = "", page: Any = None, **options: Any) -> None:
        self.studio = studio
        options = {"viewport": {"width": 1400, "height": 900}, "locale": "en-US", **options}
        self.context = made.new_context(**options)
        name, value = next(iter(studio.client.cookies.items()))
        self.context.add_cookies([{"name": name, "value": value, "url": studio.base}])
        self.page = self.context.new_page()
        self.page.set_default_timeout(1000 * BROWSER_PATIENCE)
        self.wrong: list[str] = []
        self.ignored: str | None = None  # what a tool of the test itself has the browser say
        self.sent: list[tuple[dict[str, Any], Any]] = []
        self.got: list[tuple[dict[str, Any], Any]] = []
        self.page.on("console", lambda m: self.wrong.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.wrong.append(f"page error: {error}"))
        self.page.on("request", self._asked)
        self.page.on("websocket", self._opened)
        self.page.goto(f"{studio.base}/{fragment}")
        self.read()

    def _asked(self, request: Any) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.netloc != urlsplit(self.studio.base).netloc:
            self.wrong.append(f"request to {request.url}")

    def _opened(self, socket: Any) -> None:
        keep = lambda there: lambda data: there.append(frames.decode(data)) if isinstance(data, bytes) else None  # noqa: E731
        socket.on("framesent", keep(self.sent))
        socket.on("framereceived", keep(self.got))

    def read(self, text: str | None = None) -> None:
        """Wait for the numbers that stay (of this text)."""
        self.page.wait_for_selector(READ if text is None else f'{READ}[data-text="{text}"]')

    def until(self, condition: str) -> None:
        """Wait for a state of the page. (Playwright's own way needs eval, which the page's policy forbids.)"""
        wait_for(lambda: (self.page.wait_for_timeout(10), bool(self.page.evaluate(condition)))[1], BROWSER_PATIENCE)

    def lines(self, *lines: list[tuple[float, float]]) -> None:
        """Draw lines with the mouse; points are parts of the drawing area."""
        box = self.box()
        mouse = self.page.mouse
        for line in lines:
            points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in line]
            mouse.move(*points[0])
            mouse.down()
            for x, y in points[1:]:
                mouse.move(x, y, steps=6)
            mouse.up()

    def box(self) -> dict[str, float]:
        """The drawing area, scrolled into view."""
        area = self.page.locator("#ink")
        area.scroll_into_view_if_needed()
        return dict(area.bounding_box())

    def share(self, digit: int) -> str:
        """What stands beside a bar."""
        return str(self.page.locator(".bar .share").nth(digit).inner_text())


@contextmanager
def used(tab: AnyTab) -> Iterator[AnyTab]:
    """A tab; at its end nothing may have been logged as an error or asked of another host."""
    try:
        yield tab
    finally:
        tab.context.close()
    wrong = [line for line in tab.wrong if tab.ignored is None or tab.ignored not in line]
    assert wrong == [], wrong


def opened(made: Any, studio: Served, fragment: str = "", **options: Any) -> AbstractContextManager[Tab]:
    """The page that a link opens."""
    return used(Tab(made, studio, fragment, **options))


def violations(page: Any, within: str | None = None) -> list[str]:
    """What axe finds wrong with a page, or a part of it, as it stands. (Only what is wrong is put together: that takes
    a third of the time. Axe's half a megabyte of program is put into a page once.)
    """
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(axe.Axe().axe_script)
    found = page.evaluate(
        """async within => {
          const options = { resultTypes: ["violations"], selectors: false };
          return (await axe.run(within ?? document, options)).violations;
        }""",
        within,
    )
    return [
        f"{one['id']}: {node['html'][:150]} {node['failureSummary'][:300]}" for one in found for node in one["nodes"]
    ]


SEVEN = [(0.25, 0.2), (0.75, 0.2), (0.45, 0.85)]
ONE = [(0.5, 0.15), (0.5, 0.85)]

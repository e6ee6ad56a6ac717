"""Journeys on the drawing page: labels, accounts of units, other networks, the page to keep, and the link that holds it."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.report.browser import needs_browser
from tests.studio import trained
from tests.studio.browsing import SEVEN, Tab, opened
from tests.studio.drawing import beside
from tests.studio.serving import Served, served, wait_for
from zerokara.io.png import png
from zerokara.views import pen

pytestmark = [needs_browser, pytest.mark.long]


@pytest.fixture(scope="module")
def studio() -> Iterator[Served]:
    with served() as made:
        shutil.copytree(trained.runs(), made.runs)
        yield made


def last(tab: Tab, topic: str) -> dict[str, Any]:
    return next(head for head, _ in reversed(tab.got) if head["topic"] == topic)


def test_this_should_be_a_seven(chromium: Any, studio: Served) -> None:
    """A key keeps the drawing as plain files; undo takes it out again, and redo puts it back."""
    kept = lambda: sorted((studio.own / "drawings").rglob("*.png"))  # noqa: E731
    with opened(chromium, studio) as tab:
        page = tab.page
        tab.lines(SEVEN)
        tab.read("7")
        page.keyboard.press("7")
        wait_for(lambda: len(kept()) == 1)
        told = json.loads(kept()[0].with_suffix(".json").read_text())
        assert (told["label"], told["read"]) == ("7", "7")
        ((x, y, t, p),) = told["strokes"]
        assert len(x) == len(y) == len(t) == len(p) >= 3
        assert t == sorted(t)
        assert t[0] == 0
        view = next(arrays["view0"] for head, arrays in reversed(tab.got) if head["topic"] == "bars" and head["exact"])
        assert np.array_equal(np.asarray(Image.open(kept()[0])), np.round(255 * view).astype(np.uint8))
        page.get_by_role("button", name="this should be 1; 0 saved").click()  # two labels, in order
        wait_for(lambda: len(kept()) == 2)
        page.get_by_role("button", name="this should be 1; 1 saved").wait_for()
        page.keyboard.press("Control+z")
        page.get_by_role("button", name="this should be 1; 0 saved").wait_for()
        tab.read("7")  # what is drawn stays
        page.locator("#tool-undo").click()
        wait_for(lambda: kept() == [])
        page.keyboard.press("Control+y")
        wait_for(lambda: len(kept()) == 1)
        page.locator("#tool-clear").click()
        tab.read("")
        page.keyboard.press("3")
        tab.until("document.querySelector('.keep').innerText.includes('draw one first')")
        assert len(kept()) == 1


def test_from_a_map_to_the_account_of_a_unit(chromium: Any, studio: Served) -> None:
    with opened(chromium, studio) as tab:
        page = tab.page
        tab.lines(SEVEN)
        tab.read("7")
        page.locator("#layers").scroll_into_view_if_needed()
        page.locator("#layers .layer[open] .maps button").first.click()
        place = page.locator('#layers .loupe [role="application"]')
        for key in ("ArrowDown", "ArrowDown", "ArrowRight", "Enter"):
            place.press(key)
        page.locator("#unit .formula").wait_for()
        assert page.locator("#unit-title").inner_text() == "Unit (0, 2, 1) of layer conv1a"
        assert page.evaluate("document.activeElement.id") == "unit-title"
        told = last(tab, "unit")
        assert (told["layer"], told["index"], told["target"]) == ("conv1a", [0, 2, 1], 7)
        rows = page.locator("#unit .sum tbody tr")
        assert rows.count() == len(told["terms"]) + 2 + len(told["stages"])
        cells = rows.first.locator("td").all_inner_texts()
        assert float(cells[2].replace("−", "-")) == pytest.approx(told["terms"][0]["product"], rel=1e-3)
        assert (
            page.locator("#unit canvas.field").get_attribute("aria-label")
            == "Rows 2 to 4, columns 1 to 3 of the input."
        )
        assert page.locator("#boxes").is_visible()  # and it is marked on the drawing
        # pointing at a bar: heat and account speak for its class as long
        page.locator(".bar").nth(1).hover()
        tab.until("document.querySelector('#why-title').innerText === 'Why a 1?'")
        assert ", first 7: " in page.locator(".sentence").inner_text()
        wait_for(lambda: (page.wait_for_timeout(10), last(tab, "unit")["target"] == 1)[1])
        page.locator("h1").hover()
        tab.until("document.querySelector('#why-title').innerText === 'Why a 7?'")
        page.locator(".bar").nth(7).focus()
        assert ", second " in page.locator(".sentence").inner_text()
        # a number of a layer without maps, and from its x onward to the account of that
        numbers = page.locator("#layers .layer[open] .numbersrow").last
        numbers.focus()
        for key in ("End", "ArrowLeft", "ArrowLeft", "Enter"):
            numbers.press(key)
        tab.until("document.querySelector('#unit-title').innerText === 'Unit (7) of layer fc2'")
        page.locator("#unit .onward").first.click()
        tab.until("document.querySelector('#unit-title').innerText.endsWith('of layer relu')")
        page.get_by_role("button", name="Search").click()
        page.locator(".tops li").nth(8).wait_for()
        assert "test set of digits" in page.locator("#unit").inner_text()


def test_another_network_reads_and_the_link_holds_it(chromium: Any, studio: Served, tmp_path: Path) -> None:
    (tmp_path / "mine.onnx").write_bytes(trained.onnx())
    (tmp_path / "bad.onnx").write_bytes(b"no model")
    (tmp_path / "several.png").write_bytes(png(pen.as_paper(beside(3, 1, 7))))
    with opened(chromium, studio, permissions=["clipboard-read", "clipboard-write"]) as tab:
        page = tab.page
        tab.lines(SEVEN)
        tab.read("7")
        page.locator("#model").focus()
        page.locator('#model option[value="run-small"]').wait_for(state="attached")
        page.locator("#model").select_option("run-small")
        tab.until("document.querySelector('.seen').innerText.includes('8 × 8')")
        tab.until("document.querySelector('.answer').dataset.exact === 'true'")
        bars = last(tab, "bars")
        assert tab.page.locator(".seen canvas").evaluate("e => [e.width, e.height]") == [8, 8]
        page.locator(".bar").nth(2).click()
        page.locator("#copy").click()
        tab.until("document.querySelector('.notice').innerText.includes('copied')")
        link = page.evaluate("navigator.clipboard.readText()")
        assert "model=run-small" in link
        assert "target=2" in link
        with opened(chromium, studio, "#" + link.split("#")[1]) as other:
            other.until("document.querySelector('.seen').innerText.includes('8 × 8')")
            other.until("document.querySelector('#why-title').innerText === 'Why a 2?'")
            assert last(other, "bars")["digits"] == bars["digits"]
        # the next picture of a class of its data
        page.locator("#examples").select_option("data:4")
        tab.until("document.querySelector('.notice').innerText.includes('labelled 4')")
        tab.read()
        # a file that is none, and one that is
        page.locator("#model-file").set_input_files(tmp_path / "bad.onnx")
        page.wait_for_selector(".notice.bad")
        page.locator("#model-file").set_input_files(tmp_path / "mine.onnx")
        tab.until("document.querySelector('#model').selectedOptions[0].text.includes('mine.onnx')")
        tab.until("document.querySelector('.seen').innerText.includes('28 × 28')")
        assert len(list((studio.own / "models").glob("*.onnx"))) == 1
        # Tab walks through the boxes of several digits
        page.locator("#model").select_option("reader")
        page.locator("#choose").set_input_files(tmp_path / "several.png")
        tab.read("317")
        page.locator("#ink").focus()
        for place, digit in enumerate("317", 1):
            page.keyboard.press("Tab")
            assert page.evaluate("document.activeElement.getAttribute('aria-label')") == f"digit {place}: {digit}"
            assert page.locator('.chosen [aria-pressed="true"]').inner_text() == digit
        tab.ignored = "422"  # that the browser logs the refusal is right


def test_pixels_set_by_hand_are_in_the_link(chromium: Any, studio: Served) -> None:
    with opened(chromium, studio, permissions=["clipboard-read", "clipboard-write"]) as tab:
        page = tab.page
        page.locator("#tool-clear").click()
        tab.read("")
        page.locator("#ink").press("Enter")
        page.wait_for_selector('[role="grid"]:not([hidden])')
        for key in ["Space", *["Shift+ArrowDown"] * 9, "ArrowRight", "5"]:
            page.keyboard.press(key)
        tab.read()
        view = next(arrays["view"] for head, arrays in reversed(tab.sent) if head["do"] == "pixels")
        page.locator("#copy").click()
        tab.until("document.querySelector('.notice').innerText.includes('copied')")
        link = page.evaluate("navigator.clipboard.readText()")
        assert len(link) < 300
        with opened(chromium, studio, "#" + link.split("#")[1]) as other:
            other.read()
            again = next(arrays["view"] for head, arrays in reversed(other.sent) if head["do"] == "pixels")
            assert np.array_equal(again, view)
            other.page.locator("#save").click()
            frame = other.page.frame_locator("#saved iframe")
            frame.locator("pre").last.wait_for()
            assert "np.frombuffer" in frame.locator("pre").last.inner_text()

"""Journeys through the page of the plane, in a real browser: learn, rewind, change on the way, pass on by a link; axe."""

import os
import signal
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.report.browser import needs_browser
from tests.studio.browsing import Tab, used, violations
from tests.studio.serving import Served, wait_for
from tests.sweeps import sweep
from zerokara.studio import frames

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


def opened(
    made: Any, studio: Served, fragment: str = "#v=1&p=plane", **options: Any
) -> AbstractContextManager[PlaneTab]:
    return used(PlaneTab(made, studio, fragment, **options))


def test_xor_is_learned_rewound_and_passed_on(chromium: Any, studio: Served) -> None:
    permissions = ["clipboard-read", "clipboard-write"]
    with opened(chromium, studio, "#v=1&p=plane&speed=100", permissions=permissions) as tab:
        page = tab.page
        first = tab.at(150)  # something has happened at first paint, before the trainer has started
        stored, _ = frames.decode((Path(frames.__file__).parent / "static" / "plane-first.bin").read_bytes())
        assert f"{100 * stored['measured']['train'][1]:.1f} %" in first
        page.locator("#play").click()
        page.wait_for_selector('.plane[data-playing="true"]')
        page.wait_for_selector('.plane[data-accuracy="1"][data-playing="false"][data-settled="true"]', timeout=120_000)
        assert "100.0 %" in page.locator("#notice").inner_text()  # it has stopped by itself, and says why
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


@pytest.mark.long
def test_changes_points_and_doors(chromium: Any, studio: Served) -> None:
    with opened(chromium, studio, "#v=1&p=plane&speed=100") as tab:
        page = tab.page
        tab.at(150)
        page.locator("#plane-lr").fill("0.1")
        page.keyboard.press("Tab")
        page.wait_for_selector(".marks li")
        assert "0.1" in page.locator(".marks li").inner_text()
        rows = len(newest(tab, "train"))
        page.locator("#plane").click(position={"x": 40, "y": 40})
        tab.read()
        assert len(newest(tab, "train")) == rows + 1
        assert page.locator(".marks li").count() == 1  # at the same step: one mark
        page.locator("#plane").focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")  # a point by keyboard alone
        tab.read()
        assert [round(float(v), 2) for v in newest(tab, "train")[-1]] == [0.05, 0, 1]
        page.keyboard.press("Control+z")
        tab.read()
        assert len(newest(tab, "train")) == rows + 1
        page.keyboard.press("Control+y")
        tab.read()
        assert len(newest(tab, "train")) == rows + 2
        drag(tab, newest(tab, "train")[0], (-1.2, 1.2))  # one that was drawn becomes one's own, elsewhere
        there = lambda: np.abs(newest(tab, "train")[-1, :2] - [-1.2, 1.2]).max() < 0.05  # noqa: E731
        wait_for(lambda: (page.wait_for_timeout(10), there())[1])
        assert len(newest(tab, "train")) == rows + 2
        csv = page.evaluate_handle(
            "() => { const d = new DataTransfer(); d.setData('text', 'x,y,label\\n0.25,0.5,1'); return d; }"
        )
        page.dispatch_event(".surface", "drop", {"dataTransfer": csv})
        tab.until("!document.querySelector('#undo').disabled")
        wait_for(lambda: (page.wait_for_timeout(10), len(newest(tab, "train")) == rows + 3)[1])
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
        page.locator("#plane-until").fill("0")  # or it would stop by itself
        page.keyboard.press("Tab")
        page.locator("#play").click()
        page.wait_for_selector('.plane[data-playing="true"]')
        tab.until("document.querySelector('.plane').dataset.step > 100")
        page.locator('#doors a[data-page="draw"]').click()
        page.wait_for_selector('.answer[data-exact="true"]')
        page.locator('#doors a[data-page="plane"]').click()
        left = int(page.locator(".plane").get_attribute("data-step"))
        tab.until(f"document.querySelector('.plane').dataset.step > {left + 200}")  # what was learning goes on


def newest(tab: PlaneTab, name: str) -> Any:
    """The newest array of a name: what has not changed is not sent again."""
    return next(arrays[name] for head, arrays in reversed(tab.got) if head["topic"] == "plane" and name in arrays)


def drag(tab: PlaneTab, point: Any, to: tuple[float, float]) -> None:
    area = tab.page.locator("#plane")
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    assert box is not None
    places = [
        (box["x"] + (x / 3 + 0.5) * box["width"], box["y"] + (0.5 - y / 3) * box["height"]) for x, y in (point[:2], to)
    ]
    tab.page.mouse.move(*map(float, places[0]))
    tab.page.mouse.down()
    tab.page.mouse.move(*map(float, places[1]), steps=5)
    tab.page.mouse.up()


def test_an_answer_within_a_gesture_takes_nothing_from_the_hand(chromium: Any, studio: Served) -> None:
    """What the trainer says of the points is older than the hand: adopted in the middle of a drag it would lose the end."""
    with opened(chromium, studio) as tab:
        found = tab.page.evaluate("""async () => {
            const { Hands } = await import("/static/js/plane/hands.js"), sent = [];
            const hands = new Hands({ engine: { change: (all) => sent.push(all), journal: [] }, changed: () => {}, label: () => 0 });
            hands.values = { formula: "" };
            const says = (own, gone) => hands.adopt({ held: [], data: { formula: "" } }, own, gone);
            hands.gesture();
            const which = hands.move({ drawn: 3, label: 1 }, 0, 0);
            hands.move(which, 1, 1);
            says([[0, 0, 1]], [3]);
            hands.ended();
            const dragged = sent.at(-1).own;
            hands.gesture();
            says([], []);
            hands.ended();
            return { dragged, after: hands.own };
        }""")
        assert found["dragged"] == [[1, 1, 1]]
        assert found["after"] == []  # a gesture that did nothing takes over what was said meanwhile


@pytest.mark.long
def test_weights_halves_views_and_the_link_with_its_marks(chromium: Any, studio: Served) -> None:
    with opened(chromium, studio, permissions=["clipboard-read", "clipboard-write"]) as tab:
        page = tab.page
        first = tab.at(150)
        page.locator(".unit").first.click()
        page.wait_for_selector(".account:not([hidden]) tbody tr")
        field = page.locator('.account tbody tr input[type="number"]').first
        field.fill("2.5")
        page.keyboard.press("Tab")
        page.wait_for_selector(".marks li")
        tab.read()
        assert page.locator("#now-train").inner_text() != first
        page.locator("#undo").click()
        tab.until("!document.querySelector('.marks li')")
        assert tab.at(150) == first  # typed and taken back: never typed
        page.locator("#redo").click()
        page.wait_for_selector(".marks li")
        page.locator('.account tbody tr input[type="checkbox"]').first.check()
        tab.read()
        page.locator("h1").click()
        for phase in (1, 2, 3):
            page.keyboard.press("Shift+.")
            tab.until(f"document.querySelectorAll('.knot:not(.waits)').length >= {(0, 3, 5, 6)[phase]}")
            tab.at(150)
        page.wait_for_selector(".sums .good")
        assert page.locator(".sums .bad").count() == 0
        page.keyboard.press("Shift+.")
        end = tab.at(151)
        for name in ("inside", "bend", "versus"):
            page.locator(f"#view-{name} summary").first.click()
        page.wait_for_selector("#view-inside canvas[aria-label]")
        page.wait_for_selector("#view-bend canvas[aria-label]")
        page.wait_for_selector("#view-versus .two canvas[aria-label]")
        assert tab.at(151) == end
        page.locator("#copy").click()
        link = str(page.evaluate("navigator.clipboard.readText()")).split("/")[-1]
        with opened(chromium, studio, link) as other:
            assert other.at(151) == end
            other.page.wait_for_selector("#view-versus .two canvas[aria-label]")
            assert "2.5" in other.page.locator(".marks li").first.inner_text()


@pytest.mark.long
def test_a_killed_trainer_comes_to_the_same_step(chromium: Any, studio: Served) -> None:
    """Killed while nothing is asked, and while it learns: the page stands where it stood, and goes on, by itself."""
    with opened(chromium, studio) as tab:
        page = tab.page
        tab.at(150)
        page.locator("#plane-lr").fill("0.05")
        page.keyboard.press("Tab")
        page.wait_for_selector(".marks li")
        page.locator("#one").click()
        before = tab.at(151)
        kill(studio)
        page.wait_for_selector("#notice.bad")
        assert "151" in page.locator("#notice").inner_text()
        assert tab.at(151) == before
        page.locator("#plane-target").fill("0")
        page.keyboard.press("Tab")
        page.locator("#play").click()
        tab.until("Number(document.querySelector('.plane').dataset.step) > 151")
        kill(studio)
        page.wait_for_selector("#notice.bad")
        step = int(str(page.locator(".plane").get_attribute("data-step")))
        tab.until(f"Number(document.querySelector('.plane').dataset.step) > {step}")
        assert page.locator(".plane").get_attribute("data-playing") == "true"


def kill(studio: Served) -> None:
    worker = studio.hello()["workers"]["train"]
    os.kill(worker["pids"][0], signal.SIGKILL)
    wait_for(lambda: studio.hello()["workers"]["train"]["starts"] > worker["starts"])


def test_the_first_paint_needs_no_trainer(chromium: Any, studio: Served) -> None:
    """The socket is kept shut: nothing is computed, and still there is a network half way to look at."""
    context = chromium.new_context()
    name, value = next(iter(studio.client.cookies.items()))
    context.add_cookies([{"name": name, "value": value, "url": studio.base}])
    page = context.new_page()
    page.route_web_socket("**/live", lambda socket: None)
    page.goto(f"{studio.base}/#v=1&p=plane")
    page.wait_for_selector('.plane[data-step="150"]')
    assert "%" in page.locator("#now-train").inner_text()
    assert page.locator(".unit[aria-label]").count() == 16
    context.close()


@pytest.mark.long
def test_a_page_that_nobody_sees_pauses(chromium: Any, studio: Served) -> None:
    with opened(chromium, studio) as tab:
        page = tab.page
        tab.at(150)
        tab.ignored = "about:blank"  # the clock tries to get into the sandbox
        page.clock.install()
        page.locator("#plane-target").fill("0")
        page.keyboard.press("Tab")
        page.locator("#play").click()
        page.evaluate(
            "Object.defineProperty(document, 'hidden', { value: true }); document.dispatchEvent(new Event('visibilitychange'))"
        )
        page.clock.fast_forward(59_000)
        assert page.locator(".plane").get_attribute("data-playing") == "true"
        page.clock.fast_forward(2_000)
        page.wait_for_selector('.plane[data-playing="false"]')
        assert "minute" in page.locator("#notice").inner_text()


@pytest.mark.parametrize("width", sweep([360, 1400], [360]))
def test_it_fits(chromium: Any, studio: Served, width: int) -> None:
    with opened(chromium, studio, "#v=1&p=plane&lang=ja", viewport={"width": width, "height": 800}) as tab:
        tab.at(150)
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.long
@pytest.mark.parametrize(("theme", "language"), [("light", "en"), ("dark", "ja")])  # words have no colours of their own
def test_no_violation(chromium: Any, studio: Served, language: str, theme: str) -> None:
    options = {"color_scheme": theme, "reduced_motion": "reduce", "bypass_csp": True}
    with opened(
        chromium,
        studio,
        f"#v=1&p=plane&lang={language}&set=gaussians&classes=10&view=inside-bend-glass&compare=lr",
        **options,
    ) as tab:
        tab.at(150)
        tab.page.locator(".unit").first.click()
        tab.page.wait_for_selector(".account:not([hidden]) tbody tr")
        tab.page.evaluate("for (const details of document.querySelectorAll('.plane details')) details.open = true")
        tab.page.locator("#plane-lr").fill("0.1")
        tab.page.keyboard.press("Tab")
        tab.page.wait_for_selector(".marks li")
        assert violations(tab.page) == []
        levels = [
            int(name[1]) for name in tab.page.locator("h1, h2, h3").evaluate_all("all => all.map(e => e.tagName)")
        ]
        assert levels[0] == 1
        assert levels.count(1) == 1


@pytest.mark.long
def test_kept_as_a_page(chromium: Any, studio: Served) -> None:
    with opened(chromium, studio, "#v=1&p=plane&lang=ja&step=60") as tab:
        tab.at(60)
        tab.page.locator("#save").click()
        frame = tab.page.frame_locator("#saved iframe")
        frame.get_by_role("heading", name="平面のネットワーク：60 回更新後").wait_for()
        assert tab.page.locator("#saved a").get_attribute("download") == "zerokara-plane.html"

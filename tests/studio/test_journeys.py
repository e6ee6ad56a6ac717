"""Journeys through the page on which one draws, in a real browser: by mouse, finger, pen and keyboard alone."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.report.browser import needs_browser
from tests.studio.browsing import ONE, SEVEN, opened
from tests.studio.drawing import beside, canvas
from tests.studio.serving import Served, wait_for
from tests.sweeps import sweep
from zerokara import digits
from zerokara.io.png import png
from zerokara.kernels import use_kernels
from zerokara.views import pen

pytestmark = needs_browser


def test_something_has_happened_at_first_paint(chromium: Any, studio: Served) -> None:
    with opened(chromium, studio) as tab:
        tab.read("3")
        assert tab.page.locator("h1").inner_text() == "Draw a digit, and look inside the network"
        assert tab.page.locator("#tool-undo").is_disabled()
        tab.page.locator("#why li").first.locator("svg").wait_for()  # the first explanation is there too
        assert "evidence" in tab.page.locator("#why .lead").inner_text()


def test_drawing_by_mouse_and_back_to_blank(chromium: Any, studio: Served) -> None:
    """The numbers shown after the lift are those of `digits.read` on the very ink that the page sent, bit for bit."""
    with opened(chromium, studio) as tab:
        tab.lines(SEVEN)
        tab.read("7")
        ink = next(arrays["ink"] for head, arrays in reversed(tab.sent) if head["do"] == "lifted")
        told = next(head for head, _ in reversed(tab.got) if head["topic"] == "bars" and head["exact"])
        with use_kernels("reference"):
            (expected,) = digits.read(pen.as_paper(ink)).digits
        assert told["digits"][0]["probabilities"] == list(expected.probabilities)
        assert any(head["do"] == "moving" for head, _ in tab.sent)  # while the pen moved something was asked
        assert any(head["topic"] == "bars" and not head["exact"] for head, _ in tab.got)
        first = tab.share(7)
        tab.lines([(0.35, 0.5), (0.7, 0.5)])
        tab.page.keyboard.press("Control+z")
        tab.read("7")
        assert tab.share(7) == first
        tab.page.locator("#tool-undo").click()
        tab.read("")
        assert "Nothing drawn" in tab.page.locator(".sentence").inner_text()
        tab.page.locator("#tool-undo").click()  # the example is there again
        tab.read("3")
        for _ in range(2):
            tab.page.keyboard.press("Control+Shift+z")
        tab.read("7")
        assert tab.share(7) == first
        tab.page.keyboard.press("Delete")
        tab.read("")
        tab.page.keyboard.press("Control+z")
        tab.read("7")
        tab.page.keyboard.press("e")
        assert tab.page.locator("#tool-eraser").get_attribute("aria-pressed") == "true"
        tab.page.locator("#pen-width").fill("48")
        box = tab.box()
        for k in range(9):
            y = 0.1 + 0.1 * k
            tab.lines([(0.1, y), (0.9, y)])
        assert box["width"] > 100
        tab.read("")


@pytest.mark.long
def test_all_ink_lies_in_the_part_that_is_sent(chromium: Any, studio: Served) -> None:
    with opened(chromium, studio) as tab:
        tab.lines(SEVEN)
        tab.read("7")
        moving = [(head, arrays["ink"]) for head, arrays in tab.sent if head["do"] == "moving"]
        assert all(ink.any() for _, ink in moving)
        assert max(ink.size for _, ink in moving) < 280 * 280  # that is what it is for
        missed = tab.page.evaluate(
            """async () => {
              const { SIDE, boxOf, drawAll } = await import("/static/js/draw/strokes.js");
              const canvas = new OffscreenCanvas(SIDE, SIDE), context = canvas.getContext("2d", { willReadFrequently: true });
              let seed = 1, missed = 0;
              const random = (low, high) => { seed = (seed * 48271) % 2147483647; return low + ((high - low) * seed) / 2147483647; };
              for (let k = 0; k < 60; k++) {
                const strokes = Array.from({ length: 1 + (k % 3) }, () => ({ erase: false, width: random(6, 48),
                  points: Array.from({ length: 3 * (1 + (k % 4)) }, (_, i) => (i % 3 === 2 ? random(0.4, 1.3) : random(-40, 320))) }));
                drawAll(context, strokes);
                const [left, top, right, bottom] = boxOf(strokes), { data } = context.getImageData(0, 0, SIDE, SIDE);
                for (let y = 0; y < SIDE; y++) for (let x = 0; x < SIDE; x++)
                  if (data[4 * (y * SIDE + x) + 3] && !(left <= x && x < right && top <= y && y < bottom)) missed++;
              }
              return missed;
            }"""
        )
        assert missed == 0


@pytest.mark.long
def test_drawing_with_a_finger_and_a_pen(chromium: Any, studio: Served) -> None:
    with opened(chromium, studio, has_touch=True) as tab:
        tab.lines(ONE)
        tab.read("1")
        tab.page.locator("#tool-clear").click()
        tab.read("")
        box, cdp = tab.box(), tab.context.new_cdp_session(tab.page)

        def at(x: float, y: float, number: int = 0) -> dict[str, float]:
            return {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"], "id": number}

        def touch(kind: str, *points: dict[str, float]) -> None:
            cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

        touch("touchStart", at(*SEVEN[0]))
        for (x0, y0), (x1, y1) in pairwise(SEVEN):
            for k in range(1, 9):
                touch("touchMove", at(x0 + (x1 - x0) * k / 8, y0 + (y1 - y0) * k / 8))
        touch("touchEnd")
        tab.read("7")
        # two fingers never draw: the stroke that the first has begun is taken back
        touch("touchStart", at(0.1, 0.9))
        touch("touchMove", at(0.3, 0.9))
        touch("touchStart", at(0.3, 0.9), at(0.8, 0.9, 1))
        touch("touchMove", at(0.5, 0.9), at(0.6, 0.9, 1))
        touch("touchEnd")
        tab.page.locator("#tool-undo").click()
        tab.read("")  # so the seven was the last stroke
        # a stroke that the system takes away is no stroke
        touch("touchStart", at(0.1, 0.9))
        touch("touchMove", at(0.9, 0.9))
        touch("touchCancel")
        tab.page.keyboard.press("Control+Shift+z")
        tab.read("7")
        tab.page.locator("#tool-clear").click()
        tab.read("")

        def pen_event(kind: str, x: float, y: float, force: float) -> None:
            place = at(x, y)
            told = {"type": kind, "x": place["x"], "y": place["y"], "button": "left", "buttons": 1, "clickCount": 1}
            cdp.send("Input.dispatchMouseEvent", {**told, "pointerType": "pen", "force": force})

        pen_event("mousePressed", 0.5, 0.15, 0.0)  # some pens say nothing of pressure at first
        for k in range(1, 20):
            pen_event("mouseMoved", 0.5, 0.15 + 0.7 * k / 20, k / 20)
        pen_event("mouseReleased", 0.5, 0.85, 0)
        tab.read("1")
        ink = next(arrays["ink"] for head, arrays in reversed(tab.sent) if head["do"] == "lifted")
        width = (ink > 100).sum(axis=1)
        assert 5 < width[60] < width[215]  # the harder, the wider; never hair-thin


@pytest.mark.long
def test_pictures_from_outside(chromium: Any, studio: Served, tmp_path: Path) -> None:
    drawing = pen.as_paper(canvas(5))
    grey = Image.fromarray(drawing)
    grey.save(tmp_path / "five.bmp")
    clear = Image.new("RGBA", grey.size, (0, 0, 0, 0))
    clear.putalpha(Image.fromarray(255 - drawing))
    clear.save(tmp_path / "clear.png")
    turned = grey.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    turned.save(tmp_path / "turned.jpg", exif=exif, quality=95)
    Path(tmp_path / "several.png").write_bytes(png(pen.as_paper(beside(3, 1, 7))))
    Path(tmp_path / "none.png").write_bytes(b"no picture")
    with opened(chromium, studio) as tab:
        for name in ("five.bmp", "clear.png", "turned.jpg"):
            tab.page.locator("#choose").set_input_files(tmp_path / name)
            tab.read("5")
            assert not tab.page.locator("#under").is_hidden()
            tab.page.locator("#tool-clear").click()
            tab.read("")
        tab.page.locator("#choose").set_input_files(tmp_path / "several.png")
        tab.read("317")
        assert "3 digits" in tab.page.locator(".sentence").inner_text()
        chosen = tab.page.locator(".chosen button")
        assert chosen.all_inner_texts() == ["3", "1", "7"]
        chosen.nth(2).press("Enter")
        assert tab.page.locator("#why-title").inner_text() == "Why a 7?"
        # the drawing area is a layer over the picture now: what is drawn on it is read with it
        tab.lines([(0.05, 0.05), (0.15, 0.05), (0.08, 0.2)])
        tab.until("document.querySelectorAll('.chosen button').length === 4")
        # dropped, as from a desktop
        bytes_of = list((tmp_path / "five.bmp").read_bytes())
        tab.page.evaluate(
            """bytes => {
              const data = new DataTransfer();
              data.items.add(new File([new Uint8Array(bytes)], "five.bmp", { type: "image/bmp" }));
              document.querySelector("#ink").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
            }""",
            bytes_of,
        )
        tab.read("5")
    with opened(chromium, studio) as tab:
        tab.page.locator("#choose").set_input_files(tmp_path / "none.png")
        tab.page.wait_for_selector(".notice.bad")
        assert "picture" in tab.page.locator(".notice").inner_text()
        tab.ignored = "422"  # that the browser logs the refusal is right


def test_a_link_opens_to_the_same_numbers(chromium: Any, studio: Served) -> None:
    with opened(chromium, studio, permissions=["clipboard-read", "clipboard-write"]) as tab:
        tab.lines(SEVEN, [(0.4, 0.5), (0.7, 0.48)])
        tab.read("7")
        tab.page.locator("#slider-turn").fill("9")
        tab.page.locator("#slider-turn").press("ArrowRight")
        tab.read("7")
        tab.page.locator("#copy").click()
        tab.until("document.querySelector('.notice').innerText.includes('copied')")
        link = tab.page.evaluate("navigator.clipboard.readText()")
        shares = [tab.share(k) for k in range(10)]
        ink = next(arrays["ink"] for head, arrays in reversed(tab.sent) if head["do"] == "lifted")
    assert "turn=10" in link
    assert studio.client.cookies[next(iter(studio.client.cookies))] not in link  # never the token
    assert len(link) < 2000
    with opened(chromium, studio, "#" + link.split("#")[1]) as other:
        other.read("7")
        assert [other.share(k) for k in range(10)] == shares
        again = next(arrays["ink"] for head, arrays in reversed(other.sent) if head["do"] == "lifted")
        assert np.array_equal(again, ink)
    with opened(chromium, studio, "#v=1&p=draw&turn=9000&nothing=1") as odd:
        odd.page.wait_for_selector(".notice.bad")
        assert "turn, nothing" in odd.page.locator(".notice").inner_text()
        odd.read("3")
        odd.page.evaluate("location.hash = '#v=1&p=draw&lang=ja'")  # a link that is opened in the same tab
        odd.until("document.documentElement.lang === 'ja' && document.querySelector('h1').innerText.includes('描')")


@pytest.mark.long
def test_bending_finds_where_the_answer_flips(chromium: Any, studio: Served) -> None:
    with opened(chromium, studio) as tab:
        tab.lines(SEVEN)
        tab.read("7")
        tab.page.locator("#slider-turn").focus()
        flips = tab.page.locator(".flips").first
        flips.locator("span").first.wait_for()
        assert flips.locator("span").count() == 19
        assert flips.locator("span.flip").count() >= 1  # a seven on its head is none
        assert "from the left" in (flips.get_attribute("aria-label") or "")
        before = tab.share(7)
        tab.page.locator('input[type="number"][data-slider="turn"]').fill("-90")
        tab.page.locator('input[type="number"][data-slider="turn"]').press("Enter")
        tab.until(f"document.querySelectorAll('.bar .share')[7].innerText !== {before!r}")
        tab.page.locator("#tool-undo").click()  # sliders are steps too
        tab.read("7")
        assert tab.share(7) == before


@pytest.mark.long
def test_what_would_make_it_a_nine(chromium: Any, studio: Served) -> None:
    with opened(chromium, studio) as tab:
        tab.lines(SEVEN)
        tab.read("7")
        tab.page.locator("#become .main").click()
        tab.until("!document.querySelector('#become button:not(.main)').disabled")
        assert "After 20 steps: " in tab.page.locator("#become .big").inner_text()
        tab.page.get_by_text("20 more steps").click()
        tab.until("document.querySelector('#become .big').innerText.includes('After 40 steps: 9')")
        assert "pixels of ink added" in tab.page.locator("#become .soft").first.inner_text()


@pytest.mark.long
def test_every_bar_and_map_leads_on(chromium: Any, studio: Served) -> None:
    """From a bar to why it is so; from a map to its values, which are the engine's."""
    with opened(chromium, studio) as tab:
        tab.lines(SEVEN)
        tab.read("7")
        tab.page.get_by_role("button", name="2:", exact=False).first.click()
        assert tab.page.locator("#why-title").inner_text() == "Why a 2?"
        tab.page.locator("#layers").scroll_into_view_if_needed()
        tab.page.locator("#layers .maps button").first.click()
        tab.page.locator("#layers .loupe").wait_for()
        place = tab.page.locator('#layers .loupe [role="application"]')
        for key in ("ArrowDown", "ArrowDown", "ArrowRight"):
            place.press(key)
        told = tab.page.locator("#layers .loupe .big").inner_text()
        maps = next(arrays for head, arrays in reversed(tab.got) if head["topic"] == "maps")
        assert told.startswith("row 3, column 2: ")
        assert float(told.rsplit(" ", 1)[1]) == pytest.approx(float(maps["conv1a"][0, 2, 1]), rel=2e-3)
        tab.page.locator("#seen .strip li").first.wait_for()
        tab.page.locator(".seen summary").click()
        tab.page.locator(".seen tbody tr").nth(27).wait_for()


def test_the_keyboard_alone_is_enough(chromium: Any, studio: Served) -> None:
    with opened(chromium, studio) as tab:
        page = tab.page
        seen = []
        for _ in range(14):  # to the drawing area, in the order of reading
            page.keyboard.press("Tab")
            seen.append(page.evaluate("document.activeElement.id || document.activeElement.textContent"))
            if seen[-1] == "ink":
                break
        assert seen[-1] == "ink", seen
        page.keyboard.press("Enter")
        page.wait_for_selector('[role="grid"]:not([hidden])')
        page.keyboard.press("Escape")
        page.keyboard.press("Delete")
        tab.read("")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "row 15, column 15, ink 0.0 %"
        for _ in range(9):
            page.keyboard.press("ArrowUp")
        page.keyboard.press("Space")
        for _ in range(18):
            page.keyboard.press("Shift+ArrowDown")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("5")
        tab.read("1")
        view = next(arrays["view"] for head, arrays in reversed(tab.sent) if head["do"] == "pixels")
        assert view[5:24, 14].min() == 1
        assert view[23, 15] == pytest.approx(5 / 9)
        assert view.sum() == pytest.approx(19 + 5 / 9)
        page.keyboard.press("Control+z")
        tab.until("document.activeElement.getAttribute('aria-label').includes('ink 0.0')")
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.id") == "ink"
        tab.page.keyboard.press("?")
        page.wait_for_selector("dialog[open]")
        assert page.locator("#key-list tr").count() >= 10
        page.keyboard.press("Escape")
        page.wait_for_selector("dialog[open]", state="detached")


@pytest.mark.parametrize(
    ("width", "height", "scale", "dark"),
    sweep(
        [(360, 740, 3, True), (740, 360, 2, False), (820, 1180, 2, False), (1400, 900, 1, True)], [(360, 740, 3, True)]
    ),
)
def test_it_fits_every_screen_in_both_languages(
    chromium: Any, studio: Served, width: int, height: int, scale: int, dark: bool
) -> None:
    options = {"viewport": {"width": width, "height": height}, "device_scale_factor": scale, "reduced_motion": "reduce"}
    with opened(chromium, studio, color_scheme="dark" if dark else "light", **options) as tab:
        for language in ("en", "ja"):
            if language == "ja":
                tab.page.locator("#language").click()
            assert tab.page.evaluate("document.documentElement.lang") == language
            assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
            tab.page.locator("#layers").scroll_into_view_if_needed()
            tab.page.locator("#layers canvas").first.wait_for()
            assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
            small = tab.page.evaluate(
                """[...document.querySelectorAll('button, select, input:not([type=file]), summary, a')].filter(e => {
                  const box = e.getBoundingClientRect(); return box.width && (box.width < 24 || box.height < 24) && !e.matches('.skip'); })
                  .map(e => e.outerHTML.slice(0, 80))"""
            )
            assert small == []
        tab.lines(SEVEN)
        tab.read("7")
        assert "読み取り 7" in tab.page.locator(".sentence").inner_text()
        assert tab.page.locator("#ink").evaluate("e => e.width / e.clientWidth") == pytest.approx(scale, rel=0.02)


@pytest.mark.long
def test_kept_as_a_page_that_can_do_nothing(chromium: Any, studio: Served, tmp_path: Path) -> None:
    with opened(chromium, studio) as tab:
        tab.lines(SEVEN)
        tab.read("7")
        tab.page.locator("#save").click()
        frame = tab.page.frame_locator("#saved iframe")
        frame.get_by_role("heading", name="Read as 7").wait_for()
        (inside,) = [one for one in tab.page.frames if "/reports/" in one.url]
        assert inside.evaluate("origin") == "null"  # a stranger to the page: no cookie, no storage, no parent
        with tab.page.expect_download() as found:
            tab.page.locator("#saved a").click()
        assert found.value.suggested_filename == "zerokara-draw.html"
        assert "Read as 7" in Path(found.value.path()).read_text(encoding="utf-8")
        tab.page.keyboard.press("Escape")
        tab.page.wait_for_selector("#saved[open]", state="detached")


@pytest.mark.long
def test_printed_it_has_no_controls_and_says_its_link(chromium: Any, studio: Served) -> None:
    with opened(chromium, studio, color_scheme="dark") as tab:
        tab.page.emulate_media(media="print")
        tab.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert tab.page.locator("#tool-clear").is_hidden()
        assert "#v=1&p=draw" in tab.page.locator("#printed").inner_text()
        assert tab.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(250, 249, 246)"


@pytest.mark.long
def test_the_theme_is_chosen_and_kept(chromium: Any, studio: Served) -> None:
    with opened(chromium, studio, color_scheme="light") as tab:
        paper = "getComputedStyle(document.body).backgroundColor"
        light = tab.page.evaluate(paper)
        tab.page.locator("#theme").select_option("dark")
        dark = tab.page.evaluate(paper)
        assert dark != light
        tab.page.reload()
        tab.read("3")
        assert tab.page.evaluate(paper) == dark


@pytest.mark.long
def test_the_engine_dies_and_nothing_is_lost(chromium: Any, studio: Served) -> None:
    import os
    import signal

    studio.ready()
    with opened(chromium, studio) as tab:
        tab.page.wait_for_selector('body[data-engine="ready"]')
        tab.lines(SEVEN)
        tab.read("7")
        os.kill(studio.hello()["workers"]["read"]["pids"][0], signal.SIGKILL)
        tab.page.wait_for_selector('body[data-engine="restarting"]')
        tab.lines([(0.4, 0.5), (0.7, 0.48)])
        tab.page.wait_for_selector('body[data-engine="ready"]')
        tab.read("7")


# ── a foreign page in the same browser


FOREIGN = """<!doctype html><script type="module">
const base = "%s", found = {};
const attempt = async (name, run) => { try { found[name] = await run(); } catch (error) { found[name] = "refused"; } };
const opens = (address) => new Promise((done) => { const s = new WebSocket(address); s.onopen = () => done("open"); s.onerror = () => done("refused"); });
const loads = (tag, name, address) => new Promise((done) => { const e = document.createElement(tag); e.onload = () => done("loaded"); e.onerror = () => done("refused"); e[name] = address; document.body.append(e); });
await attempt("read", async () => (await fetch(base + "/api/hello", { credentials: "include" })).text());
await attempt("opaque", async () => { await fetch(base + "/api/read", { method: "POST", body: "x", mode: "no-cors", credentials: "include" }); return "sent"; });
await attempt("post", async () => (await fetch(base + "/api/read", { method: "POST", body: "x", credentials: "include" })).text());
await attempt("socket", () => opens(base.replace("http", "ws") + "/live"));
await attempt("script", () => loads("script", "src", base + "/static/js/main.js"));
await attempt("picture", () => loads("img", "src", base + "/static/icon.svg"));
const frame = document.createElement("iframe"); frame.src = base + "/"; document.body.append(frame);
await new Promise((done) => { frame.onload = done; });
await attempt("frame", async () => frame.contentDocument.body.innerHTML);
window.found = found;
</script><body>"""


@contextmanager
def foreign(body: str) -> Iterator[str]:
    """A page of another program on this machine."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is said."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_foreign_page_in_the_same_browser_gets_nothing(chromium: Any, studio: Served) -> None:
    """Ports are one site to a browser, so the cookie is even sent; the gate refuses all the same."""
    with opened(chromium, studio) as tab, foreign(FOREIGN % studio.base) as address:
        page = tab.context.new_page()
        answers: list[tuple[str, int]] = []
        page.on("response", lambda r: answers.append((r.url, r.status)) if r.url.startswith(studio.base) else None)
        page.goto(address)
        wait_for(lambda: bool(page.evaluate("Boolean(window.found)")))
        found = page.evaluate("window.found")
        sent = found.pop("opaque")
        assert found == dict.fromkeys(found, "refused")
        assert set(found) == {"read", "post", "socket", "script", "picture", "frame"}
        assert sent in ("sent", "refused")  # whatever left the browser was answered by 403
        assert all(status in (403, 405) for _, status in answers), answers
        tab.read("3")

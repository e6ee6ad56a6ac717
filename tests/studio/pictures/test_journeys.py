"""Journeys through the page on which networks learn from pictures, in a real browser, on the bundled digits; axe."""

import os
import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.report.browser import needs_browser
from tests.studio.browsing import Tab, used, violations
from tests.studio.serving import Served, served, wait_for
from tests.sweeps import sweep
from zerokara.io.checkpoint import load_last
from zerokara.training import read_records

pytestmark = needs_browser
SMALL = "#v=1&p=pictures&data=digits&model=stack&layers=conv4-norm-relu-maxpool2-linear16-relu&lr=0.01&batch=50"


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("studio")
    with served("--runs", str(folder / "runs"), "--data-dir", str(folder / "data")) as made:
        made.runs = folder / "runs"  # type: ignore[attr-defined]
        yield made


class PicturesTab(Tab):
    """A tab on the page of the pictures."""

    def read(self, text: str | None = None) -> None:
        """Wait for the data set's pictures, and what the network says before it has learned."""
        self.page.wait_for_selector(".samples li")

    def at(self, **data: str) -> None:
        self.page.wait_for_selector(".pictures" + "".join(f'[data-{k}="{v}"]' for k, v in data.items()))

    @property
    def step(self) -> int:
        return int(self.page.locator(".pictures").get_attribute("data-step") or 0)


def opened(made: Any, studio: Served, fragment: str, **options: Any) -> AbstractContextManager[PicturesTab]:
    return used(PicturesTab(made, studio, fragment, **options))


def test_it_learns_is_tested_looked_into_and_read_with(chromium: Any, studio: Served) -> None:
    with opened(chromium, studio, f"{SMALL}&epochs=3") as tab:
        page = tab.page
        page.wait_for_selector(".matrix button")  # something is there before the first step
        assert page.locator("#pic-read").is_disabled()
        page.locator("#save").click()
        page.wait_for_selector("#notice:has-text('press play')")
        page.locator("#pic-play").click()
        tab.at(state="finished")
        page.wait_for_selector('.pictures[data-test]:not([data-test=""])')
        head = next(head for head, _ in reversed(tab.got) if head["topic"] == "tested" and head.get("judged"))
        assert page.locator(".pictures").get_attribute("data-test") == str(head["held_accuracy"])
        assert head["held_accuracy"] > 0.3
        assert head["done"] == 360
        worst = head["worst"][0]
        cell = page.locator(f'[data-cell="{worst["true"]}-{worst["predicted"]}"]')
        cell.focus()
        page.keyboard.press("Enter")
        page.wait_for_selector(".cellpictures .tile canvas")
        assert page.locator(".cellpictures .tile").count() == int(cell.inner_text())
        page.locator(".cellpictures .tile").first.click()  # and into this picture
        tab.until(f"document.querySelector('.onepicture p.soft').textContent.startsWith('It is {worst['true']};')")
        run = str(page.locator(".pictures").get_attribute("data-run"))
        rows = read_records(studio.runs / run)  # type: ignore[attr-defined]
        assert [row["kind"] for row in rows].count("epoch") == 3
        page.locator("#save").click()
        page.frame_locator("#saved iframe").get_by_role("heading", name="on digits after").wait_for()
        page.keyboard.press("Escape")
        page.locator("#pic-read").click()
        tab.until("location.hash.includes('p=draw')")
        assert f"model=run-{run}" in page.url


@pytest.mark.long
def test_pause_go_on_and_a_trainer_that_is_killed(chromium: Any, studio: Served) -> None:
    with opened(chromium, studio, f"{SMALL}&epochs=400&schedule=constant") as tab:
        page = tab.page
        page.locator("#pic-play").click()
        tab.at(playing="true", state="learning")
        page.locator("h1").click()
        page.keyboard.press("Space")  # pause, by the keyboard
        tab.at(playing="false")
        tab.until("document.querySelector('#pic-now-saved').textContent !== '–'")
        run = str(page.locator(".pictures").get_attribute("data-run"))
        folder: Path = studio.runs / run  # type: ignore[attr-defined]
        wait_for(lambda: load_last(folder).progress["step"] > 0)
        kept = load_last(folder).progress["step"]
        page.locator("#pic-play").click()
        tab.at(playing="true")
        tab.until(f"Number(document.querySelector('.pictures').dataset.step) > {kept}")
        os.kill(studio.hello()["workers"]["pictures"]["pids"][0], signal.SIGKILL)
        page.wait_for_selector("#notice.bad:has-text('saved step')")  # it is said
        tab.at(playing="true", state="learning")  # and goes on by itself
        step = next(head["step"] for head, _ in reversed(tab.got) if head["topic"] == "pictures")
        tab.until(f"Number(document.querySelector('.pictures').dataset.step) > {step}")
        page.locator("#pic-play").click()
        tab.at(playing="false")
        page.reload()  # the run that is open is shown again
        tab.at(run=run)
        page.locator("#pictures-epochs").fill("2")
        page.keyboard.press("Tab")  # other settings: another run
        tab.at(run="")
        page.wait_for_selector(f"#notice:has-text('{run} is kept')")
        page.locator("#language").click()
        assert "学習" in page.locator("h1").inner_text()
        page.locator("#language").click()
        page.locator(".beside a").first.click()
        page.wait_for_selector(".plane")
        assert page.locator('#doors a[aria-current="page"]').get_attribute("data-page") == "plane"


@pytest.mark.long
def test_the_studio_ends_and_the_run_is_saved(tmp_path: Path) -> None:
    """Ctrl-C: what was learned up to then is on the disk."""
    from tests.studio.pictures.asking import SETTINGS
    from tests.studio.serving import ask

    with served("--runs", str(tmp_path / "runs")) as studio, studio.socket() as socket:
        head = {
            "kind": "pictures",
            "do": "start",
            "slot": "pictures",
            "n": 1,
            "settings": {**SETTINGS, "epochs": 50},
        }
        run = ask(socket, head, {}, "pictures")[0]["run"]
        go = {"kind": "pictures", "do": "go", "slot": "pictures", "run": run}
        ask(socket, {**go, "n": 2, "seconds": 0.5}, {}, "pictures")
        step = ask(socket, {**go, "n": 3, "seconds": 0}, {}, "pictures")[0]["step"]
        code, error = studio.end()
    assert code == 130
    assert len(error.strip().splitlines()) == 1, error
    assert load_last(tmp_path / "runs" / run).progress["step"] == step


@pytest.mark.parametrize(
    ("theme", "language"), sweep([("light", "en"), ("dark", "ja")], [("dark", "ja")])
)  # words have no colours of their own
def test_no_violation_and_it_fits(chromium: Any, studio: Served, language: str, theme: str) -> None:
    """It fits in both languages, each on a desk and on a phone."""
    width = 360 if theme == "dark" else 1400
    options = {
        "color_scheme": theme,
        "reduced_motion": "reduce",
        "bypass_csp": True,
        "viewport": {"width": width, "height": 800},
    }
    with opened(chromium, studio, f"{SMALL}&epochs=1&lang={language}", **options) as tab:
        page = tab.page
        page.wait_for_selector(".matrix button")
        page.locator("#pic-play").click()
        tab.at(state="finished")
        page.wait_for_selector('.pictures[data-test]:not([data-test=""])')
        page.locator('[data-cell="1-1"]').click()
        page.wait_for_selector(".cellpictures .tile")
        for summary in page.locator(".pictures summary").all():
            summary.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert violations(page) == []
        levels = [int(name[1]) for name in page.locator("h1, h2, h3").evaluate_all("all => all.map(e => e.tagName)")]
        assert (levels[0], levels.count(1)) == (1, 1)
        assert all(after - before <= 1 for before, after in pairwise(levels))
        page.locator("#language").click()
        tab.until(f"document.documentElement.lang !== '{language}'")
        assert page.evaluate("document.documentElement.scrollWidth") <= width

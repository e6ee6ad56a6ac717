"""Killed in the middle, again and again, a crawl goes on where it was: every picture once, no row lost."""

import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.collect.pictures import picture
from tests.collect.running import begin, end, files, run, table
from tests.collect.site import Answer, Site, serving
from tests.sweeps import sweep

EVERY = 5
"""Of so many linked pages one has a picture of its own; all of those have a common one too."""

FAST = 0.0005
"""Seconds between two requests."""


@dataclass(frozen=True)
class Journey:
    """So many linked pages, and at which requests the crawler is killed."""

    pages: int
    killed_at: tuple[int, ...]


JOURNEYS = {
    "twice": Journey(60, (20, 61)),
    "five times": Journey(500, (1, 150, 151, 300, 500)),
}
"""Killed at pictures; of five times also at the very first page, at two pictures in a row, and at pictures far on."""


class Killing:
    """A site of many pages, which kills the crawler that asks at certain requests: before or after the answer."""

    def __init__(self, journey: Journey) -> None:
        self.pages = journey.pages
        self.process: subprocess.Popen[str] | None = None
        self.count = 0
        self.left = list(journey.killed_at)
        self.lock = threading.Lock()

    def __call__(self, path: str) -> Answer | None:
        if path == "/robots.txt":
            return None
        answer = self.answer(path)
        with self.lock:
            self.count += 1
            due = bool(self.left) and self.count >= self.left[0] and (path == "/" or path.endswith(".png"))
            if due:
                at = self.left.pop(0)
        if due and self.process is not None:
            if at % 2:
                self.process.kill()
            else:  # a moment later: while the answer is dealt with, or the next one asked for
                threading.Timer(0.004, self.process.kill).start()
        return answer

    def answer(self, path: str) -> Answer | None:
        if path == "/":
            return Answer("".join(f'<a href="/page/{number}">{number}</a>' for number in range(self.pages)).encode())
        if path.startswith("/page/"):
            number = int(path.removeprefix("/page/"))
            shown = f'<img src="/{number}.png"><img src="/common-{number % 3}.png">' if number % EVERY == 0 else ""
            return Answer(f"<p>{number}{shown}".encode())
        if path.startswith("/common-"):
            return Answer(picture(60_000), "image/png")
        return Answer(picture(int(path[1:].removesuffix(".png"))), "image/png")


@pytest.mark.parametrize("name", sweep(JOURNEYS, ["twice"]))
def test_killed_in_the_middle(name: str, tmp_path: Path) -> None:
    journey = JOURNEYS[name]
    killing, pages = Killing(journey), journey.pages
    with serving(killing) as site:
        command = [site.url, "--label", "a", "--out", tmp_path / "out", "--allow-local", "--pages", pages + 1]
        for _ in journey.killed_at:
            killing.process = begin(*command, floor=FAST)
            assert end(killing.process)[0] == -signal.SIGKILL
            named = [row["file"] for row in table(tmp_path / "out") if row["file"]]
            assert set(named) <= files(tmp_path / "out"), "what the table names is there, also right after a kill"
        assert not killing.left
        killing.process = None
        code, out, error = run(*command, floor=FAST)
        assert code == 0, error
        rows = table(tmp_path / "out")
        check(journey, site, rows, tmp_path / "out")
        assert f"{pages // EVERY + 1} pictures kept, 2 not kept; {pages + 1} pages" in out
        asked = len(site.asked)
        assert run(*command, floor=FAST)[0] == 0
        assert len(site.asked) == asked, "nothing is asked for a second time when all is done"
        assert table(tmp_path / "out") == rows


def check(journey: Journey, site: Site, rows: list[dict[str, str]], out: Path) -> None:
    own = range(0, journey.pages, EVERY)
    wanted = {f"{site.url}/{number}.png" for number in own}
    wanted |= {f"{site.url}/common-{number}.png" for number in range(3)}
    assert len(rows) == len(wanted), "no row is there twice"
    assert {row["url"] for row in rows} == wanted, "no row is lost"
    kept = [row["file"] for row in rows if row["file"]]
    assert sorted(kept) == sorted(files(out)), "every file has a row, every row its file"
    contents = {(out / name).read_bytes() for name in kept}
    assert contents == {picture(number) for number in (*own, 60_000)}, "every picture, once"
    assert {row["reason"][:16] for row in rows if not row["file"]} == {"the same picture"}
    asked = [path for path in site.paths() if path != "/robots.txt"]
    again = len(asked) - len(set(asked))
    assert again <= len(journey.killed_at), "only what was in flight is asked for again"


PICTURE = Answer(picture(7), "image/png")


@pytest.mark.parametrize(
    ("number", "code", "how"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "stopped by SIGTERM")]
)
def test_a_wish_to_stop_ends_it_in_words(number: int, code: int, how: str, tmp_path: Path) -> None:
    """At once, also where robots.txt asks for an hour between two requests."""

    def answer(path: str) -> Answer | None:
        if path == "/robots.txt":
            return Answer(b"User-agent: *\nCrawl-delay: 3600", "text/plain")
        return Answer(b'<img src="/1.png">') if path == "/" else None

    with serving(answer) as site:
        process = begin(site.url, "--label", "a", "--out", tmp_path, "--allow-local")
        while process.poll() is None and not site.asked:
            time.sleep(0.01)
        process.send_signal(number)
        found, out, error = end(process)
    assert found == code, error
    assert error.splitlines()[-1] == f"zerokara: {how}; what was collected is kept, and the same command goes on"
    assert "Traceback" not in error
    assert "table:" in out


def test_a_fault_of_the_disk_ends_it_in_one_line(tmp_path: Path) -> None:
    """What cannot be written must not be lost in a log, nor keep the crawl waiting; afterwards nothing is missing."""
    (tmp_path / "a").write_text("a file where the folder of the label is to be")
    with serving(lambda path: PICTURE if path == "/7.png" else None) as site:
        command = [f"{site.url}/7.png", "--label", "a", "--out", tmp_path, "--allow-local"]
        code, _, error = run(*command)
        assert code == 1
        assert error.splitlines()[-1].startswith("zerokara: cannot create the folder")
        assert "Traceback" not in error
        (tmp_path / "a").unlink()
        assert run(*command)[0] == 0
    assert [row["file"] for row in table(tmp_path)] == sorted(files(tmp_path))
    assert len(files(tmp_path)) == 1

"""One crawl of a site with everything in it that a crawler may meet; each test looks at one part of what came of it."""

import gzip
import hashlib
import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import sleep
from urllib.parse import unquote

import pytest

from tests.collect.pictures import bomb, picture
from tests.collect.running import files, run, table
from tests.collect.site import Answer, Asked, serving
from zerokara.cli.phrases import in_japanese

DELAY, WAIT, SLOW = 0.05, 1.0, 0.3
JPEG = picture(2, "JPEG")
SCRIPTED = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
ROBOTS = f"User-agent: *\nCrawl-delay: 0.01\n\nUser-agent: zerokara\nDisallow: /secret/\nCrawl-delay: {DELAY}\n"
NAMES = (
    "../../../../etc/passwd.png",
    "%2e%2e/%2e%2e/evil.png",
    "a%00b.png",
    "猫.png",
    "😀 smile.png",
    "..\\up.png",
    "con",
)
"""Names that pages give to pictures."""

INDEX = f"""
<html><head><link rel="license" href="https://creativecommons.org/licenses/by/4.0/"></head><body>
<img src="/a.png" alt="=HYPERLINK(&quot;http://evil/&quot;)">
<img src="/again.png" alt="the same">
<img src="/really-a-jpeg.png" alt="ねこ 🐈">
<img src="/untyped" alt="  two
 lines ">
<img src="/small.png" srcset="/small.png 1x, /large.png 2x">
<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" data-src="/lazy.png">
<img src="data:image/png;base64,AAAA"><img src="data:image/png;base64,BBBB">
<img src="/gone.png"><img src="/flaky.png"><img src="/broken.png"><img src="/busy.png"><img src="/tired.png">
<img src="/loop.png"><img src="/html.png"><img src="/film.png"><img src="/drawing.svg"><img src="/bomb.png">
<img src="/packed.png"><img src="/huge.png"><img src="/endless.png"><img src="/truncated.png"><img src="/empty.png">
<img src="/secret/x.png"><img src="/noai.png"><img src="ftp://example.org/x.png"><img src="http://[bad/x.png">
<img src="https://pictures.example.org/far.png"><img src="/{"x" * 3000}.png">
<img src="/dropped.png"><img src="/slow.png">
<figure><img src="/in-figure.png"><figcaption><a rel="license" href="/cc0">CC0</a></figcaption></figure>
{"".join(f'<img src="/names/{name}">' for name in NAMES)}
<a href="/page/1">one</a> <a href="/page/1#again">one again</a> <a href="/page/2">two</a> <a href="/full.jpg">full</a>
<a href="/nofollow" rel="nofollow">no</a> <a href="https://elsewhere.example.org/">far</a> <a href="mailto:x@y">x</a>
<a href="/endless">endless</a> <a href="/film.html">film</a> <a href="/keep-out">keep out</a> <a href="/moved">moved</a>
<a href="/odd">odd</a> <a href="/away">away</a> <a href="/calendar/1">calendar</a> <a href="/packed">packed</a>
</body></html>
""".encode()


class Answers:
    """What the site says; some of it changes from one request to the next."""

    def __init__(self) -> None:
        self.times: dict[str, int] = {}

    def __call__(self, path: str) -> Answer | None:
        self.times[path] = time = self.times.get(path, 0) + 1
        if path.startswith("/calendar/"):
            day = int(path.rsplit("/", 1)[1])
            return Answer(f'<a href="/calendar/{day + 1}">next</a>'.encode())
        if path.startswith("/names/") or path == "/etc/passwd.png":
            return Answer(picture(1000 + len(path)), "image/png")
        if path == "/slow.png":
            sleep(SLOW)
            return Answer(picture(13), "image/png")
        if path == "/flaky.png":
            return Answer(b"", status=500) if time == 1 else Answer(picture(10), "image/png")
        if path == "/busy.png":
            return (
                Answer(b"", status=429, headers={"Retry-After": f"{WAIT:.0f}"})
                if time == 1
                else Answer(picture(11), "image/png")
            )
        if path == "/dropped.png":  # the first time the connection breaks off in the middle
            headers = {"Content-Length": "5000", "Connection": "close"} if time == 1 else {}
            return Answer(picture(12), "image/png", headers=headers)
        return FIXED.get(path)


def endless(piece: bytes) -> Iterator[bytes]:
    return itertools.repeat(piece)


FIXED = {
    "/robots.txt": Answer(ROBOTS.encode(), "text/plain"),
    "/": Answer(INDEX),
    "/a.png": Answer(picture(1), "image/png"),
    "/again.png": Answer(picture(1), "image/png"),
    "/really-a-jpeg.png": Answer(JPEG, "image/png"),
    "/untyped": Answer(picture(3, "WEBP"), None),
    "/large.png": Answer(picture(4), "image/png"),
    "/lazy.png": Answer(picture(5), "application/octet-stream"),
    "/in-figure.png": Answer(picture(6, "GIF"), "image/gif"),
    "/full.jpg": Answer(picture(7, "BMP"), "image/jpeg"),
    "/broken.png": Answer(b"", status=503),
    "/tired.png": Answer(b"", status=404),
    "/loop.png": Answer(b"", status=301, headers={"Location": "/loop.png"}),
    "/html.png": Answer(b"<!DOCTYPE html><p>please log in", "image/png"),
    "/film.png": Answer(endless(b"film" * 1000), "video/mp4"),
    "/film.html": Answer(endless(b"film" * 1000), "video/mp4"),
    "/drawing.svg": Answer(SCRIPTED, "image/svg+xml"),
    "/bomb.png": Answer(bomb(), "image/png"),
    "/packed.png": Answer(gzip.compress(bytes(5_000_000)), "image/png", headers={"Content-Encoding": "gzip"}),
    "/packed": Answer(gzip.compress(bytes(5_000_000)), headers={"Content-Encoding": "gzip"}),
    "/huge.png": Answer(b"x", "image/png", headers={"Content-Length": str(10_000_000_000)}),
    "/endless.png": Answer(endless(b"x" * 9999), "image/png"),
    "/endless": Answer(endless(b"<p>more" * 1000)),
    "/truncated.png": Answer(picture(8, size=(300, 300))[:-40], "image/png"),
    "/empty.png": Answer(b"", "image/png"),
    "/noai.png": Answer(picture(9), "image/png", headers={"X-Robots-Tag": "noai, noindex"}),
    "/page/1": Answer(b'<meta name="robots" content="noimageai, nofollow"><img src="/shy.png"><a href="/hidden">x</a>'),
    "/page/2": Answer(b'<base href="/deep/er/"><img src="../up.png"><a href="/">home</a>'),
    "/deep/up.png": Answer(picture(20), "image/png"),
    "/odd": Answer(b"<p>odd", "text/html; charset=hex"),
    "/keep-out": Answer(b"", status=403),
    "/moved": Answer(b"", status=302, headers={"Location": "/page/3"}),
    "/page/3": Answer(b'<img src="/after-move.png" alt="moved">'),
    "/after-move.png": Answer(picture(21), "image/png"),
    "/away": Answer(b"", status=302, headers={"Location": "https://away.example.org/"}),
}


@dataclass
class Crawled:
    url: str
    folder: Path
    rows: list[dict[str, str]]
    asked: list[Asked]
    events: list[dict[str, object]]
    code: int
    error: str
    most: int

    def row(self, path: str) -> dict[str, str]:
        """The only row of an address."""
        (found,) = [row for row in self.rows if row["url"] == (f"{self.url}{path}" if path.startswith("/") else path)]
        return found

    def paths(self) -> list[str]:
        return [one.path for one in self.asked]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    home = tmp_path_factory.mktemp("crawl")
    options = ["--label", "猫", "--out", home / "out", "--depth", "90", "--pages", "19", "--contact", "me@example.org"]
    with serving(Answers()) as site:
        wanted = {"picture_limit": 300_000, "page_limit": 100_000}
        code, out, error = run(f"{site.url}/", *options, "--allow-local", "--json", **wanted)
        events = [json.loads(line) for line in out.splitlines()]
        return Crawled(site.url, home / "out", table(home / "out"), site.asked, events, code, error, site.most)


KEPT = [
    ("/a.png", "PNG", ".png"),
    ("/really-a-jpeg.png", "JPEG", ".jpg"),
    ("/untyped", "WEBP", ".webp"),
    ("/large.png", "PNG", ".png"),
    ("/lazy.png", "PNG", ".png"),
    ("/in-figure.png", "GIF", ".gif"),
    ("/full.jpg", "BMP", ".bmp"),
    ("/flaky.png", "PNG", ".png"),
    ("/busy.png", "PNG", ".png"),
    ("/dropped.png", "PNG", ".png"),
    ("/deep/up.png", "PNG", ".png"),
    ("/after-move.png", "PNG", ".png"),
]


@pytest.mark.parametrize(("path", "format", "suffix"), KEPT, ids=[path for path, _, _ in KEPT])
def test_what_is_a_picture_is_kept_as_it_came(crawled: Crawled, path: str, format: str, suffix: str) -> None:
    row = crawled.row(path)
    content = (crawled.folder / row["file"]).read_bytes()
    answer = FIXED.get(path)
    if answer is not None:
        assert content == answer.body, "never encoded anew"
    assert row["file"].startswith("猫/")
    assert row["file"].endswith(suffix)
    assert (row["format"], row["width"], row["height"], row["label"]) == (format, "4", "3", "猫")
    assert int(row["bytes"]) == len(content)
    assert row["sha256"] == hashlib.sha256(content).hexdigest()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row["fetched_at"])
    assert row["reason"] == ""


REFUSED = [
    ("/again.png", "the same picture as 猫/"),
    ("/gone.png", "404 Not Found"),
    ("/broken.png", "503 Service Unavailable"),
    ("/loop.png", "redirects without end"),
    ("/html.png", "an HTML page, no picture"),
    ("/film.png", "the server calls it video/mp4, no picture"),
    ("/film.html", "the server calls it video/mp4, no page"),
    ("/drawing.svg", "an SVG drawing with scripts"),
    ("/bomb.png", "too many pixels"),
    ("/packed.png", "too large: unpacked more than"),
    ("/packed", "too large: unpacked more than"),
    ("/huge.png", "too large: more than"),
    ("/endless.png", "too large: more than"),
    ("/endless", "too large: more than"),
    ("/truncated.png", "truncated or damaged"),
    ("/empty.png", "the file is empty"),
    ("/secret/x.png", "robots.txt forbids it"),
    ("/noai.png", "noai"),
    ("/shy.png", "noai"),
    ("ftp://example.org/x.png", "no address of http or https"),
    ("http://[bad/x.png", "no address of http or https"),
    ("https://pictures.example.org/far.png", "on another host, pictures.example.org: --allow pictures.example.org"),
    ("/odd", "a page that cannot be read"),
    ("/keep-out", "403 Forbidden"),
    ("/away", "redirected to another host, away.example.org: --allow away.example.org"),
]


@pytest.mark.parametrize(("path", "reason"), REFUSED, ids=[path for path, _ in REFUSED])
def test_what_is_not_kept_has_a_row_with_the_reason(crawled: Crawled, path: str, reason: str) -> None:
    row = crawled.row(path)
    assert reason in row["reason"]
    assert row["file"] == row["sha256"] == ""


def test_data_urls_and_endless_addresses_have_rows_too(crawled: Crawled) -> None:
    data = [row for row in crawled.rows if row["url"].startswith("data:")]
    assert [row["reason"] for row in data] == ["a data: URL of 26 characters, not a file on the web"] * 2
    (long,) = [row for row in crawled.rows if row["url"].startswith("/xxx")]
    assert "characters" in long["reason"]
    assert len(long["url"]) < 100


@pytest.mark.parametrize("name", NAMES)
def test_a_name_leads_nowhere_else(crawled: Crawled, name: str) -> None:
    """Whatever a page calls a picture: it lies in the folder of its label, under the name that its content gives it."""
    tail = name.rsplit("../", 1)[-1]
    found = [
        row
        for row in crawled.rows
        if unquote(row["url"]).endswith(unquote(tail).replace("\\", "/")) or row["url"].endswith(tail)
    ]
    assert found
    assert all(re.fullmatch(r"猫/[0-9a-f]{24}\.png", row["file"]) or "same picture" in row["reason"] for row in found)


def test_nothing_is_written_outside_and_each_picture_once(crawled: Crawled) -> None:
    assert [path.name for path in crawled.folder.parent.iterdir()] == ["out"]
    named = [row["file"] for row in crawled.rows if row["file"]]
    assert sorted(named) == sorted(files(crawled.folder))
    contents = [(crawled.folder / name).read_bytes() for name in named]
    assert len(set(contents)) == len(contents)


def test_every_address_has_one_row(crawled: Crawled) -> None:
    urls = [row["url"] for row in crawled.rows]
    assert len(set(urls)) == len(urls)


def test_the_table_is_for_spreadsheets(crawled: Crawled) -> None:
    raw = (crawled.folder / "images.csv").read_bytes()
    assert raw.startswith(
        "\N{ZERO WIDTH NO-BREAK SPACE}file,label,url,page,alt_text,width,height,format,bytes,".encode()
    )
    assert crawled.row("/a.png")["alt_text"].startswith("'=HYPERLINK"), "a text, no formula"
    assert crawled.row("/really-a-jpeg.png")["alt_text"] == "ねこ 🐈"
    assert crawled.row("/untyped")["alt_text"] == "two lines"
    assert crawled.row("/a.png")["page"] == f"{crawled.url}/"


def test_the_licence_is_that_of_the_page_or_of_the_figure(crawled: Crawled) -> None:
    assert crawled.row("/a.png")["licence"] == "https://creativecommons.org/licenses/by/4.0/"
    assert crawled.row("/in-figure.png")["licence"] == "/cc0"
    assert crawled.row("/after-move.png")["licence"] == ""


def test_robots_txt_comes_first_and_is_obeyed(crawled: Crawled) -> None:
    assert crawled.paths()[:2] == ["/robots.txt", "/"]
    assert not [path for path in crawled.paths() if path.startswith("/secret")]
    assert not {"/nofollow", "/hidden", "/shy.png"} & set(crawled.paths())


def test_the_time_between_requests_is_what_robots_txt_asks_for(crawled: Crawled) -> None:
    """AutoThrottle goes down towards the server's latency, which is far below Crawl-delay: it must not get there."""
    times = [one.at for one in crawled.asked]
    assert min(after - before for before, after in itertools.pairwise(times)) >= DELAY


def test_the_time_counts_from_the_end_of_an_answer(crawled: Crawled) -> None:
    """However long it took: counted from the beginning, a slow answer would be followed by a request at once."""
    before, after = next(pair for pair in itertools.pairwise(crawled.asked) if pair[0].path == "/slow.png")
    assert after.at - before.at >= SLOW + DELAY


def test_a_host_gets_one_request_at_a_time(crawled: Crawled) -> None:
    """Also where an answer takes many times as long as the delay."""
    assert "/slow.png" in crawled.paths()
    assert crawled.most == 1


def test_retry_after_is_waited_for(crawled: Crawled) -> None:
    first, second = [one.at for one in crawled.asked if one.path == "/busy.png"]
    assert second - first >= WAIT
    between = [one.path for one in crawled.asked if first < one.at < second]
    assert between == [], "the host is left alone meanwhile"


def test_a_request_says_who_asks(crawled: Crawled) -> None:
    assert {re.sub(r"/\d\S*", "", one.agent) for one in crawled.asked} == {
        "zerokara (collects pictures for machine learning; +me@example.org)"
    }


def test_what_will_not_get_better_is_asked_for_once(crawled: Crawled) -> None:
    for path in ("/gone.png", "/tired.png", "/html.png", "/huge.png", "/endless.png", "/bomb.png", "/film.png"):
        assert crawled.paths().count(path) == 1, path
    assert crawled.paths().count("/flaky.png") == 2
    assert crawled.paths().count("/broken.png") == 3
    assert crawled.paths().count("/loop.png") <= 11


def test_a_calendar_ends_with_the_budget(crawled: Crawled) -> None:
    """Ever new pages: no more are asked for than --pages, and the table says where it was left."""
    days = [path for path in crawled.paths() if path.startswith("/calendar/")]
    assert 2 <= len(days) <= 19
    assert crawled.events[-1]["pages"] == 19
    assert crawled.events[-1]["used_up"] == "the budget of 19 pages is used up (--pages)"
    assert "budget of 19 pages" in crawled.row(f"/calendar/{len(days) + 1}")["reason"]


def test_the_events_are_the_rows(crawled: Crawled) -> None:
    assert (crawled.code, crawled.error) == (0, "")
    kept = [event["file"] for event in crawled.events if event["event"] == "kept"]
    assert kept == [row["file"] for row in crawled.rows if row["file"]]
    end = crawled.events[-1]
    assert (end["event"], end["kept"], end["stopped"]) == ("end", len(kept), False)
    assert end["refused"] == len(crawled.rows) - len(kept)
    assert end["elsewhere"] == {"pictures.example.org": 1}


def test_every_reason_can_be_told_in_japanese(crawled: Crawled) -> None:
    told = {str(event["reason"]) for event in crawled.events if event["event"] in ("refused", "wait")}
    assert len(told) > 20
    left = [reason for reason in told if not re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", in_japanese(reason))]
    assert [reason for reason in left if not re.match(r"\d{3} ", reason)] == [], "but a status, which stays as it is"

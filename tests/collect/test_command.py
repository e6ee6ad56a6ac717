"""The command line of `zerokara collect`: wrong usage, lists, and what it says without asking for anything."""

import io
import json
import re
import sys
from pathlib import Path

import pytest

from tests.cli.running import Captured, fails, run_here
from tests.collect.pictures import picture
from tests.collect.running import run, table
from tests.collect.site import Answer, serving
from zerokara.cli import collected
from zerokara.collect.journal import Journal
from zerokara.collect.listing import read_list
from zerokara.collect.manifest import Manifest
from zerokara.collect.plan import Plan, Wanted, checked_bytes, checked_label
from zerokara.collect.work import Work
from zerokara.data import load

PAGE = "https://example.org/cats"
USUAL = (PAGE, "--label", "cats")


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (USUAL, "say where to collect: --out FOLDER"),
        (("--out", "x"), "say what to collect"),
        ((*USUAL, "--csv", "list.csv", "--out", "x"), "say what to collect"),
        ((PAGE, "--out", "x"), "pictures from pages need a label"),
        (("example.org", "--label", "a", "--out", "x"), "a page is an address such as https://example.org/cats"),
        (("file:///etc/passwd", "--label", "a", "--out", "x"), "a page is an address"),
        (("https://me:word@example.org/", "--label", "a", "--out", "x"), "without a password"),
        ((PAGE, "--label", "../up", "--out", "x"), "a label is the name of a folder"),
        ((*USUAL, "--out", "x", "--delay", "0.2"), "--delay lies between 1 and 3600; got 0.2"),
        ((*USUAL, "--out", "x", "--delay", "nan"), "--delay lies between"),
        ((*USUAL, "--out", "x", "--depth", "-1"), "--depth is at least 0; got -1"),
        ((*USUAL, "--out", "x", "--pages", "0"), "--pages is at least 1; got 0"),
        ((*USUAL, "--out", "x", "--images", "0"), "--images is at least 1; got 0"),
        ((*USUAL, "--out", "x", "--bytes", "much"), "--bytes is an amount such as 500MB"),
        ((*USUAL, "--out", "x", "--allow", "https://example.org/"), "--allow is the name of a host"),
        ((*USUAL, "--out", "x", "--contact", "me\r\nX-Evil: 1"), "--contact is a mail address"),
    ],
)
def test_wrong_usage_is_one_line_and_writes_nothing(
    arguments: tuple[str, ...], says: str, capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    fails(capsys, "collect", *arguments, code=2, says=re.escape(says))
    code, _, error = run_here(capsys, "collect", *arguments, "--lang", "ja")
    assert code == 2
    assert re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", error.split("got")[0]), error
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "code", "says"),
    [
        (b"", 1, "holds no lines"),
        (b"url,label\n", 1, "holds no lines below its first one"),
        (b"name,class\nx,y\n", 1, "has no column url"),
        (b"url\nhttps://example.org/1.png\n", 2, "line 2: no label"),
        (b"url,label\nhttps://example.org/1.png,../x\n", 2, "line 2: a label is the name of a folder"),
        (b"url,label\nhttps://example.org/1.png,a\x00b\n", 2, "line 2: a label is the name of a folder"),
        ("url,label\nhttps://example.org/1.png,猫\n".encode("cp932"), 1, "is not a CSV file in UTF-8"),
    ],
)
def test_a_wrong_list_is_one_line(content: bytes, code: int, says: str, capsys: Captured, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes(content)
    fails(capsys, "collect", "--csv", tmp_path / "list.csv", "--out", tmp_path / "out", code=code, says=says)
    fails(capsys, "collect", "--csv", tmp_path / "none.csv", "--out", tmp_path / "out", code=1, says="no such file")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("text", "label", "wanted"),
    [
        ("url,label\nhttp://a/1,cats\nhttp://a/2,犬\n", None, [("http://a/1", "cats"), ("http://a/2", "犬")]),
        ("\N{ZERO WIDTH NO-BREAK SPACE}Label,x,URL\r\ncats,1,http://a/1\r\n", None, [("http://a/1", "cats")]),
        ("http://a/1,cats\nhttp://a/1,cats\n", None, [("http://a/1", "cats")]),
        ("url\nhttp://a/1\nno address\n", "cats", [("http://a/1", "cats"), ("no address", "cats")]),
        ("url,label\nhttp://a/1,\n", "cats", [("http://a/1", "cats")]),
    ],
)
def test_lists(text: str, label: str | None, wanted: list[tuple[str, str]], tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(text, encoding="utf-8", newline="")
    assert read_list(tmp_path / "list.csv", label) == tuple(Wanted(*one) for one in wanted)


@pytest.mark.parametrize(
    "label", ["", " ", ".", "..", ".x", "a/b", "a\\b", "C:", "a\0b", "a\nb", "nul", "con.txt", "=1+1", "x" * 200]
)
def test_labels_that_are_no_folder(label: str) -> None:
    with pytest.raises(ValueError, match="a label is the name of a folder"):
        checked_label(label)


@pytest.mark.parametrize("label", ["cats", "猫", "😀", "two words", "7", "a.b", "か\u3099"])
def test_labels(label: str) -> None:
    assert checked_label(f" {label} ") == label.replace("か\u3099", "が")


@pytest.mark.parametrize(
    ("text", "count"), [("10", 10), ("1.5kb", 1500), ("500MB", 500_000_000), ("2 G", 2_000_000_000)]
)
def test_amounts(text: str, count: int) -> None:
    assert checked_bytes(text) == count


def test_a_dry_run_asks_for_nothing_and_writes_nothing(capsys: Captured, tmp_path: Path) -> None:
    options = (
        *USUAL,
        "https://www.example.org/more",
        "--out",
        tmp_path / "out",
        "--contact",
        "me@example.org",
        "--dry-run",
    )
    code, out, error = run_here(capsys, "collect", *options)
    assert (code, error) == (0, "")
    assert "https://example.org       /robots.txt   /cats" in out
    assert "1 s between two requests to a host, or more where its robots.txt asks for it" in out
    assert "(collects pictures for machine learning; +me@example.org)" in out
    code, out, _ = run_here(capsys, "collect", *options, "--json")
    told = json.loads(out)
    assert told["asked"]["https://example.org"] == ["https://example.org/robots.txt", PAGE]
    assert told["least_seconds"] == 2.0
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_knows_what_an_earlier_run_left(capsys: Captured, tmp_path: Path) -> None:
    plan = Plan(tmp_path, listed=tuple(Wanted(f"https://example.org/{number}.png", "a") for number in range(9)))
    (tmp_path / "list.csv").write_text("url,label\n" + "".join(f"{url},a\n" for url, _ in plan.listed))
    journal = Journal(tmp_path)
    work = Work(plan, journal, Manifest(tmp_path), lambda event: None)
    for _ in range(4):
        entry = work.next(frozenset(), set())
        assert entry is not None
        work.refuse(entry, "404 Not Found")
    fails(
        capsys,
        "collect",
        "--csv",
        tmp_path / "list.csv",
        "--out",
        tmp_path,
        "--dry-run",
        code=1,
        says="another collect",
    )
    journal.close()
    code, out, _ = run_here(capsys, "collect", "--csv", tmp_path / "list.csv", "--out", tmp_path, "--dry-run")
    assert code == 0
    assert "/robots.txt   /4.png /5.png /6.png and 2 more" in out


def test_a_table_of_others_is_not_overwritten(capsys: Captured, tmp_path: Path) -> None:
    (tmp_path / "images.csv").write_text("mine\n")
    fails(
        capsys, "collect", *USUAL, "--out", tmp_path, code=1, says="images.csv is there already and not made by collect"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["images.csv"]


def test_a_folder_that_leads_elsewhere_is_refused(capsys: Captured, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out" / "cats").symlink_to(tmp_path / "elsewhere")
    fails(capsys, "collect", *USUAL, "--out", tmp_path / "out", code=1, says="leads out of")


def test_without_scrapy_it_says_what_to_install(
    capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import importlib.util

    really = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *more: None if name == "scrapy" else really(name, *more)
    )
    fails(
        capsys,
        "collect",
        *USUAL,
        "--out",
        tmp_path,
        code=1,
        says=r"collect needs scrapy: pip install 'zerokara\[collect\]'",
    )


def test_a_list_is_collected_label_by_label(tmp_path: Path) -> None:
    """In Japanese, on plain lines; the folder is a data set afterwards."""

    def answer(path: str) -> Answer | None:
        if path == "/page.png":
            return Answer(b"<img src='/1.png'>")
        return Answer(picture(int(path[1])), "image/png") if path.endswith(".png") else None

    with serving(answer) as site:
        wanted = [
            ("1.png", "猫"),
            ("2.png", "猫"),
            ("3.png", "犬"),
            ("4.png", "犬"),
            ("1.png", "犬"),
            ("page.png", "犬"),
        ]
        lines = [f"{site.url}/{name},{label}" for name, label in wanted] + ["no address,犬"]
        (tmp_path / "list.csv").write_text("\n".join(["url,label", *lines]), encoding="utf-8")
        command = ["--csv", tmp_path / "list.csv", "--out", tmp_path / "out", "--allow-local", "--lang", "ja"]
        code, out, error = run(*command)
        assert "/page.png" in site.paths()
        assert not {"/", "/page.html"} & set(site.paths())
    assert code == 0, error
    rows = {(row["url"].rsplit("/", 1)[-1], row["label"]): row for row in table(tmp_path / "out")}
    assert set(rows) == {*wanted, ("no address", "犬")}
    for one in wanted[:4]:
        assert rows[one]["file"].startswith(f"{one[1]}/")
    assert "the same picture as 猫/" in rows["1.png", "犬"]["reason"]
    assert "text/html, no picture" in rows["page.png", "犬"]["reason"]
    assert rows["no address", "犬"]["reason"] == "no address of http or https"
    assert out.startswith("画像 4 枚を保存、保存しなかったもの 3 件")
    assert "保存 猫/" in error
    assert "サーバーによれば text/html で、画像ではありません" in error
    dataset = load(f"folder:{tmp_path / 'out'}")
    assert dataset.classes == ("犬", "猫")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_has_one_line_that_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr(collected, "OFTEN", 0.0)
    journal = Journal(tmp_path)
    with collected.progress() as show:
        work = Work(Plan(tmp_path, listed=(Wanted(PAGE, "a"),)), journal, Manifest(tmp_path), show.tell)
        entry = work.next(frozenset(), set())
        assert entry is not None
        work.wait(entry, "robots.txt asks for 10 s between two requests")
        work.keep(entry, picture(1))
    journal.close()
    drawn = sys.stderr.getvalue().split("\r\x1b[K")  # type: ignore[attr-defined]
    assert drawn[1] == "example.org: robots.txt asks for 10 s between two requests\n"
    assert "pages 0, kept 1, not kept 0, 0 bytes   example.org".startswith(drawn[2])
    assert len(drawn[2]) == 39
    assert drawn[3:] == [""], "in the end the line is gone"


def test_a_list_with_an_impossible_address_has_a_row_for_it(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    work = Work(
        Plan(tmp_path, listed=(Wanted("=cmd|' /C calc'!A0", "a"),)), journal, Manifest(tmp_path), lambda event: None
    )
    assert work.next(frozenset(), set()) is None
    work.finish()
    journal.close()
    (row,) = table(tmp_path)
    assert (row["url"], row["reason"]) == ("'=cmd|' /C calc'!A0", "no address of http or https")

import io
import time

import pytest

from zerokara.data import Transfer, show_transfers


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def run(stream: io.StringIO, *received: int) -> str:
    show = show_transfers(stream)
    for count in received:
        show(Transfer("train[images].gz", count, 10_000_000))
    show(Transfer("train[images].gz", received[-1], 10_000_000, ended=True))
    return stream.getvalue()


def test_elsewhere_than_on_a_terminal_plain_lines_come_every_few_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 1.0, 6.0, 7.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    assert run(io.StringIO(), 0, 100, 5_000_000).splitlines() == [
        "downloading train[images].gz: 0.0 of 10.0 MB",
        "downloading train[images].gz: 5.0 of 10.0 MB",
        "downloading train[images].gz: 5.0 of 10.0 MB",
    ]


def test_a_server_that_tells_no_length_is_shown_without_one() -> None:
    stream = io.StringIO()
    show_transfers(stream)(Transfer("a.gz", 2_000_000, None, ended=True))
    assert stream.getvalue() == "downloading a.gz: 2.0 MB\n"


def test_on_a_terminal_there_is_a_bar_with_the_files_own_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    text = run(Terminal(), 0, 10_000_000)
    assert "train[images].gz" in text, "brackets in a name are no markup"
    assert "10.0" in text


def test_a_bar_serves_one_file_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    show = show_transfers(stream)
    for name in ("first.gz", "second.gz"):
        show(Transfer(name, 5, 5))
        show(Transfer(name, 5, 5, ended=True))
    assert "second.gz" in stream.getvalue()

"""A wish to stop is never lost, wherever it comes."""

import os
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from zerokara.cli.stopping import Stopped, ended_by_signals

LONG = 20.0
"""Seconds that nobody waits if a signal ends the wait."""


class Deleted:
    """Something that is interrupted while it is deleted."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __del__(self) -> None:
        signal.raise_signal(self.number)
        sum(range(10))  # handlers run between two instructions


class Plain:
    """Something to which weak references lead."""


class Key:
    """A key that is slow to be found, and interrupted meanwhile."""

    number = 0

    def __hash__(self) -> int:
        return 1

    def __eq__(self, other: object) -> bool:
        if self.number:
            signal.raise_signal(self.number)
        return sum(range(10)) < 0


def delete(number: int) -> None:
    """By its own end."""
    thing = Deleted(number)
    del thing
    time.sleep(LONG)


def delete_watched(number: int) -> None:
    """By what somebody else wants to be called then."""

    def gone(_: object) -> None:
        signal.raise_signal(number)
        sum(range(10))

    thing = Plain()
    watched = weakref.ref(thing, gone)
    del thing
    time.sleep(LONG)
    assert watched() is None


def delete_key(number: int) -> None:
    """Out of a weak dictionary."""
    kept: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()
    key, thing = Key(), Same()
    kept.data[key] = 0  # type: ignore[index]
    kept.data[weakref.ref(thing, kept._remove)] = 0  # type: ignore[attr-defined]
    key.number = number
    del thing
    time.sleep(LONG)


class Same:
    """With the hash of `Key`."""

    def __hash__(self) -> int:
        return 1


@pytest.mark.parametrize("way", [delete, delete_watched, delete_key])
@pytest.mark.parametrize(("number", "error"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, Stopped)])
def test_a_signal_while_something_is_deleted_comes_a_little_later(
    number: int, error: type[BaseException], way: Callable[[int], None], capfd: pytest.CaptureFixture[str]
) -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM), sys.unraisablehook
    began = time.monotonic()
    with pytest.raises(error), ended_by_signals():
        way(number)
    assert time.monotonic() - began < LONG, "it came only when the wait was over"
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM), sys.unraisablehook) == before
    assert capfd.readouterr().err == ""


def test_other_errors_at_such_a_time_are_told_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: seen.append(unraisable.exc_value))
    with ended_by_signals():
        thing = Plain()
        watched = weakref.ref(thing, lambda _: 1 / 0)
        del thing
    assert watched() is None
    assert [type(error) for error in seen] == [ZeroDivisionError]


def test_handlers_of_others_stay() -> None:
    seen: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: seen.append(number))
    try:
        with ended_by_signals():
            signal.raise_signal(signal.SIGINT)
        assert seen == [signal.SIGINT]
    finally:
        signal.signal(signal.SIGINT, before)


def test_other_threads_change_no_handlers() -> None:
    found: list[object] = []

    def work() -> None:
        with ended_by_signals():
            found.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [signal.getsignal(signal.SIGTERM)]


SOON = 5.0
"""Seconds in which a command has ended after Ctrl-C: two are promised, where nothing else keeps the processors busy."""


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent otherwise there")
def test_ctrl_c_while_kernels_are_compiled_ends_the_command_soon(tmp_path: Path) -> None:
    """As a terminal sends it: to the command, and to the processes that compile for it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "zerokara", "train", "--recipe", "digits-small", "--epochs", "1", "--out", "run"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "ZEROKARA_CACHE": str(tmp_path), "ZEROKARA_THREADS": "2"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )
    assert process.stderr is not None
    with process.stderr:
        assert any("compiling" in line for line in process.stderr)
        time.sleep(0.3)  # the processes have begun
        began = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)
        said = process.stderr.read()
    code = process.wait(timeout=60)
    seconds = time.monotonic() - began
    assert code == 130
    assert said.startswith("zerokara: stopped by SIGINT while machine code was being compiled; ")
    assert said.count("\n") == 1, said
    assert seconds < SOON
    with pytest.raises(ProcessLookupError):  # nobody goes on compiling
        os.killpg(process.pid, 0)

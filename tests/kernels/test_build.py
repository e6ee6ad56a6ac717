"""Compiling, keeping and announcing: a first run says so, the second starts at once, processes share one cache."""

import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numba
import numpy as np
import pytest

from zerokara import language
from zerokara.kernels import waiting
from zerokara.kernels.compiled import build, linked, saying
from zerokara.kernels.compiled.rows import empty_row

RELU = "import numpy as np; from zerokara.kernels import compiled; print(compiled.relu(np.array([-1, 2], np.float32)))"
PRODUCT = """
import numpy as np
from zerokara.kernels import compiled
from zerokara.kernels.compiled import build
{before}
print(compiled.matmul(np.full((40, 200), 0.5, np.float32), np.ones((200, 40), np.float32)).sum())
"""
"""A kernel that calls a subkernel."""

ALONE = """
{kernel.name: kernel for kernel in build.KERNELS}["multiply_blocks"].keep(np.dtype(np.float32))
raise SystemExit
"""
LINE = "zerokara: compiling kernels for this machine (first run only) …\n"


def start(cache: Path, program: str = RELU, **environment: str) -> "subprocess.Popen[str]":
    """A process that needs one kernel, with this cache."""
    settings = {**os.environ, "PYTHONIOENCODING": "utf-8", "ZEROKARA_CACHE": str(cache), **environment}
    return subprocess.Popen(
        [sys.executable, "-c", program], env=settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    )


def test_two_processes_share_an_empty_cache_and_the_next_run_is_silent(tmp_path: Path) -> None:
    """One compiles and says so, the other waits for it; both get it right. Later runs find everything done."""
    both = [start(tmp_path) for _ in range(2)]
    results = [process.communicate(timeout=120) for process in both]
    assert [out for out, _ in results] == ["[0. 2.]\n"] * 2
    assert sorted(error for _, error in results) == ["", LINE]
    assert start(tmp_path).communicate(timeout=120) == ("[0. 2.]\n", "")


def test_a_cache_that_cannot_be_written_is_said_and_survived(tmp_path: Path) -> None:
    blocked = tmp_path / "a file, not a folder"
    blocked.touch()
    out, error = start(blocked).communicate(timeout=120)
    assert out == "[0. 2.]\n"
    assert error.startswith("zerokara: cannot keep compiled kernels in ")
    assert start(blocked, ZEROKARA_QUIET="1").communicate(timeout=120) == ("[0. 2.]\n", "")


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on the size of files there")
def test_a_full_disk_is_said_once_and_survived(tmp_path: Path) -> None:
    """Nothing longer than 500 bytes can be written: what is compiled works, and nothing says that it was kept."""
    full = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500)); {RELU}"
    settings = {**os.environ, "PYTHONIOENCODING": "utf-8", "ZEROKARA_CACHE": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", full], env=settings, capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stdout) == (0, "[0. 2.]\n")
    assert done.stderr.startswith(LINE + "zerokara: cannot keep compiled kernels in ")
    assert done.stderr.endswith("; the next run compiles them again\n")
    assert done.stderr.count("\n") == 2
    assert list(tmp_path.rglob("*.done")) == []
    assert list(tmp_path.rglob("*.tmp*")) == []
    assert start(tmp_path).communicate(timeout=120) == ("[0. 2.]\n", LINE)


def test_machine_code_that_was_cut_off_is_made_again(tmp_path: Path) -> None:
    start(tmp_path).communicate(timeout=120)
    for file in (*tmp_path.rglob("*.nbc"), *tmp_path.rglob("*.nbi")):
        file.write_bytes(file.read_bytes()[:-7])
    assert start(tmp_path).communicate(timeout=120)[0] == "[0. 2.]\n"


def test_a_kernel_and_the_subkernel_that_it_calls_are_kept_each_by_itself(tmp_path: Path) -> None:
    """Whichever of the two is missing is compiled again, the kernel also by a process that has no subkernel."""

    def kept() -> set[str]:
        return {path.name.partition("-")[0] for path in tmp_path.rglob("*.done")} & {"multiply_blocks", "product"}

    def forget(name: str) -> None:
        for path in tmp_path.rglob(f"{name}-*"):
            path.unlink()

    run, alone = PRODUCT.format(before=""), PRODUCT.format(before=ALONE)
    assert start(tmp_path, alone).communicate(timeout=120) == ("", "")
    assert kept() == {"multiply_blocks"}
    assert start(tmp_path, run).communicate(timeout=120) == ("160000.0\n", LINE)
    assert kept() == {"multiply_blocks", "product"}
    assert start(tmp_path, run).communicate(timeout=120) == ("160000.0\n", "")
    for name in ("product", "multiply_blocks"):
        forget(name)
        assert start(tmp_path, run).communicate(timeout=120) == ("160000.0\n", LINE)
        assert kept() == {"multiply_blocks", "product"}


@build.subkernel("void(T[::1], i8)", writes=("y",))
def _room(y, size):  # type: ignore[no-untyped-def]
    y[0] = empty_row(size, y.dtype).size


def test_a_subkernel_that_fails_ends_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "KERNELS", [*build.KERNELS])

    @build.kernel("void(T[::1], i8)", writes=("y",))
    def room(y, size):  # type: ignore[no-untyped-def]
        _room(y, size)
        y[1] = 1

    y = np.zeros(2, np.float32)
    with pytest.raises(MemoryError, match="room stopped early"):
        room(y, 1 << 61)
    assert list(y) == [0, 0]
    room(y, 3)
    assert list(y) == [3, 1]


def test_only_numbers_that_kernels_are_compiled_for_are_taken() -> None:
    single, double = np.zeros(2, np.float32), np.zeros(2)
    assert build.compilable(single, single)
    assert not build.compilable(single, double)
    assert not build.compilable(np.zeros(2, np.float16))
    assert not build.compilable(np.zeros(2, ">f4"))
    assert not build.compilable(np.float32(1))


class Bar:
    """What Rich puts in the place of sys.stderr while a bar is shown."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> None:
        self.written.append(text)

    def flush(self) -> None:
        pass


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "zerokara: compiling kernels for this machine (first run only) …\n"),
        ("ja", "zerokara：このマシン用にカーネルをコンパイルしています（初回のみ）…\n"),
    ],
)
def test_a_progress_bar_in_front_of_the_terminal_is_not_written_over(
    lang: language.Lang, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control codes would appear as text, so a plain line is written, once."""
    bar = Bar()
    monkeypatch.setattr(sys, "stderr", bar)
    monkeypatch.setitem(saying._said, "announced", 0)
    monkeypatch.setattr(language, "_asked", lang)
    monkeypatch.delenv("ZEROKARA_QUIET", raising=False)
    saying.announce("relu")
    saying.announce("tanh")
    saying.clear_line()
    assert bar.written == [said]


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now

    perf_counter = monotonic


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    passing = Clock()
    monkeypatch.setattr(saying, "time", passing)
    monkeypatch.setattr(waiting, "time", passing)
    monkeypatch.setattr(waiting, "_seconds", 0.0)
    monkeypatch.setitem(saying._said, "announced", 0)
    monkeypatch.setattr(language, "_asked", "en")
    monkeypatch.delenv("ZEROKARA_QUIET", raising=False)
    return passing


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Bar:
    """A terminal of our own, in which a line can be written over."""
    shown = Bar()
    monkeypatch.setattr(saying, "sys", SimpleNamespace(stderr=shown, __stderr__=shown))
    return shown


@pytest.mark.parametrize(
    ("lang", "text", "unit"),
    [
        ("en", "zerokara: compiling 40 kernels for this machine (first run only)", "s"),
        ("ja", "zerokara：このマシン用に 40 個のカーネルをコンパイルしています（初回のみ）", "秒"),
    ],
)
def test_on_a_terminal_one_line_counts_kernels_and_seconds(
    lang: language.Lang, text: str, unit: str, clock: Clock, terminal: Bar, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is written over whenever something on it is new, and gone at the end."""
    monkeypatch.setattr(language, "_asked", lang)
    with saying.Progress(40) as progress:
        for done, seconds in ((0, 0), (0, 0.5), (1, 1), (1, 1.9), (20, 7), (40, 12.5)):
            clock.now = 100 + seconds
            progress.show(done)
    lines = [
        f"{text} {'░' * 20} 0/40  0 {unit}",
        f"{text} {'░' * 20} 1/40  1 {unit}",
        f"{text} {'█' * 10}{'░' * 10} 20/40  7 {unit}",
        f"{text} {'█' * 20} 40/40  12 {unit}",
        "",
    ]
    assert terminal.written == [f"\r\x1b[K{line}" for line in lines]


def test_where_nobody_watches_the_count_is_one_plain_line(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    for total in (40, 3):  # a second recording is not announced again
        with saying.Progress(total) as progress:
            for done in range(3):
                clock.now += 1
                progress.show(done)
    assert capsys.readouterr().err == "zerokara: compiling 40 kernels for this machine (first run only) …\n"


def test_asked_to_be_quiet_it_says_nothing(clock: Clock, terminal: Bar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZEROKARA_QUIET", "1")
    with saying.Progress(2) as progress:
        progress.show(1)
    saying.announce("relu")
    assert terminal.written == []


def test_a_process_that_compiles_alone_shows_how_many_and_for_how_long(clock: Clock, terminal: Bar) -> None:
    """Seconds are those of compiling: what was computed between two kernels is none of them."""
    with waiting.compiling():
        saying.announce("relu")
        clock.now += 3
        saying.clear_line()
    clock.now += 100
    with waiting.compiling():
        saying.announce("tanh")
    text = "zerokara: compiling kernels for this machine (first run only) …"
    assert terminal.written == [f"\r\x1b[K{line}" for line in (f"{text} relu (1)  0 s", "", f"{text} tanh (2)  3 s")]


def test_the_time_of_a_kernel_that_another_one_needs_counts_once(clock: Clock) -> None:
    working = waiting.working_time()
    with waiting.compiling():
        clock.now += 1
        with waiting.compiling():
            clock.now += 2
            assert waiting.compiling_time() == 3
        clock.now += 4
    clock.now += 8
    assert waiting.compiling_time() == 7
    assert waiting.working_time() - working == 8


def test_texts_of_both_languages_name_the_same_values() -> None:
    for english, japanese in saying._TEXTS.values():
        assert sorted(re.findall(r"{(\w+)}", english)) == sorted(re.findall(r"{(\w+)}", japanese))


def test_the_language_is_the_one_that_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_asked", None)
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    assert language.spoken() == "ja"
    language.speak("en")
    assert language.spoken() == "en"


def test_a_signature_is_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numba's own answers, and its own function again afterwards."""
    asked: list[Any] = []
    own = linked.functions.BaseFunction.get_call_type
    monkeypatch.setattr(linked, "_answers", {})
    monkeypatch.setattr(linked, "_ask", lambda *question: asked.append(question) or own(*question))

    def sums(x: Any, n: int) -> Any:
        total = x[0] * 2.0
        for k in range(n + n + n):
            total += x[k] + n + n
        return total

    types = "f8(f8[::1], i8)"
    plain = numba.njit(types)(sums)
    with linked.answered_once():
        same = numba.njit(types)(sums)
    assert linked.functions.BaseFunction.get_call_type is own
    questions = [(each[0].key, each[2]) for each in asked]
    assert len(questions) == len(set(questions)) > 3
    assert same.nopython_signatures == plain.nopython_signatures
    annotations = [str(next(iter(each.overloads.values())).type_annotation) for each in (plain, same)]
    assert annotations[0] == annotations[1]
    numbers = np.linspace(0, 1, 40)
    assert same(numbers, 9) == plain(numbers, 9) == sums(numbers, 9)

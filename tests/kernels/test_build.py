"""Compiling, keeping and announcing: a first run says so, the second starts at once, processes share one cache."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from zerokara.kernels.compiled import build

RELU = "import numpy as np; from zerokara.kernels import compiled; print(compiled.relu(np.array([-1, 2], np.float32)))"
LINE = "zerokara: compiling kernels for this machine (first run only) …\n"


def start(cache: Path, **environment: str) -> "subprocess.Popen[str]":
    """A process that needs one kernel, with this cache."""
    settings = {**os.environ, "PYTHONIOENCODING": "utf-8", "ZEROKARA_CACHE": str(cache), **environment}
    return subprocess.Popen(
        [sys.executable, "-c", RELU], env=settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
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


def test_only_numbers_that_kernels_are_compiled_for_are_taken() -> None:
    single, double = np.zeros(2, np.float32), np.zeros(2)
    assert build.compilable(single, single)
    assert not build.compilable(single, double)
    assert not build.compilable(np.zeros(2, np.float16))
    assert not build.compilable(np.zeros(2, ">f4"))
    assert not build.compilable(np.float32(1))


def test_a_progress_bar_in_front_of_the_terminal_is_not_written_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rich replaces sys.stderr while a bar is shown: control codes would appear as text, so a plain line is written."""
    written: list[str] = []

    class Bar:
        def isatty(self) -> bool:
            return True

        def write(self, text: str) -> None:
            written.append(text)

        def flush(self) -> None:
            pass

    monkeypatch.setattr(sys, "stderr", Bar())
    monkeypatch.setattr(build, "_announced", False)
    monkeypatch.delenv("ZEROKARA_QUIET", raising=False)
    build._announce(build.KERNELS[0])
    build._announce(build.KERNELS[1])
    build._clear_line()
    assert written == ["zerokara: compiling kernels for this machine (first run only) …\n"]

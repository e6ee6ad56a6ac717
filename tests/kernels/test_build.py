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


def test_the_cache_depends_on_the_sources(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Numba notices a change in a kernel's own file only; a change in `simd` would go unnoticed."""
    before = build._fingerprint()
    (tmp_path / "simd.py").write_text("VECTOR_BYTES = 64")
    monkeypatch.setattr(build, "__file__", str(tmp_path / "build.py"))
    changed = build._fingerprint()
    (tmp_path / "simd.py").write_text("VECTOR_BYTES = 32")
    assert len({before, changed, build._fingerprint()}) == 3


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

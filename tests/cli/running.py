"""Running command lines, and what must hold for every one that fails."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from zerokara.cli import main

NOTICE = "compiling kernels for this machine"
"""Said once on a machine, by whichever command computes first; no error."""

Captured = pytest.CaptureFixture[str]


def run_here(capture: Captured, *arguments: object) -> tuple[int, str, str]:
    """Run a command line in this process; exit code, standard output, standard error."""
    capture.readouterr()
    code = main([str(argument) for argument in arguments])
    out, error = capture.readouterr()
    return code, out, "".join(line for line in error.splitlines(keepends=True) if NOTICE not in line)


def run_apart(*arguments: object, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command line as a user does, in a process of its own."""
    import os

    return subprocess.run(
        [sys.executable, "-m", "zerokara", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
        timeout=120,
    )


def fails(capture: Captured, *arguments: object, code: int, says: str) -> None:
    """The command fails with this code and one clear line, without a traceback."""
    found, out, error = run_here(capture, *arguments)
    lines = error.strip().splitlines()
    assert found == code, (found, error)
    assert len(lines) == 1, error
    assert lines[0].startswith("zerokara: ")
    assert re.search(says, lines[0]), lines[0]
    assert "Traceback" not in out + error

"""Programs started as several processes by the mpiexec beside this Python."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent
MPIEXEC = Path(sys.executable).parent / "mpiexec"

REQUIRED = "ZEROKARA_TEST_MPI"
"""Whoever sets this variable to "required" gets no test skipped for want of MPI."""

needs_mpi = pytest.mark.skipif(
    not MPIEXEC.exists() and os.environ.get(REQUIRED) != "required",
    reason="there is no mpiexec beside this Python: zerokara[mpi]",
)


def start(ranks: int, *arguments: object) -> "subprocess.Popen[str]":
    """`mpiexec -n ranks python arguments…`, in a session of its own."""
    command = [str(MPIEXEC), "-n", str(ranks), sys.executable, *map(str, arguments)]
    environment = {**os.environ, "ZEROKARA_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    environment.pop("ZEROKARA_CHECK", None)
    return subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def ended(program: "subprocess.Popen[str]", seconds: float = 120) -> tuple[int, str, str]:
    """(exit code, output, errors) of a program that ends by itself; whatever happens, nothing of it is left."""
    try:
        out, errors = program.communicate(timeout=seconds)
        return program.returncode, out, errors
    finally:
        if program.poll() is None:
            os.killpg(program.pid, signal.SIGKILL)
            program.communicate()


def run(ranks: int, *arguments: object, seconds: float = 120) -> tuple[int, str, str]:
    """The same, started and waited for."""
    return ended(start(ranks, *arguments), seconds)


def wait_for(state: Callable[[], bool], program: "subprocess.Popen[str]", seconds: float = 60) -> None:
    """Until something is so, or the program has ended."""
    end = time.monotonic() + seconds
    while not state() and program.poll() is None:
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


def ours(lines: str) -> list[str]:
    """What zerokara says; mpiexec has words of its own."""
    return [line for line in lines.splitlines() if line.startswith("zerokara:") and "compiling kernels" not in line]

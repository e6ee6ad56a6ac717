"""Law: who falls silent is named, and all others end within ten seconds, the mpiexec on their host with them.

Processes without MPI: in them nothing but the heartbeat ends anything. A process that is stopped is as silent as one on
a host that has lost its cable.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.parallel import beating
from zerokara.parallel.heartbeat import silence

HOMES = ["a", "b", "c"]
NAMES = [f"rank {k} (process {k} on {home})" for k, home in enumerate(HOMES)]
LAUNCHER = '#!/bin/sh\nfor rank in 0 1 2; do "$@" & done\nwait\n'.replace('"$@"', '"$1" "$2" "$3" $rank a b c')


def command(folder: Path, *words: object) -> list[str]:
    return [sys.executable, beating.__file__, str(folder), *map(str, words)]


def begun(command: list[str]) -> "subprocess.Popen[str]":
    path = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True, env=path)


def met(folder: Path) -> list[int]:
    """The processes, when all have met."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        found = [folder / f"pid{rank}" for rank in range(3)]
        if all(path.exists() and path.read_text().endswith(" ") for path in found):
            return [int(path.read_text()) for path in found]
        time.sleep(0.01)
    raise AssertionError("they did not meet")


def seconds_until(state: Callable[[], bool], since: float) -> float:
    while not state():
        assert time.monotonic() - since < 20, "they did not end"
        time.sleep(0.01)
    return time.monotonic() - since


def said_by_survivors(folder: Path, stopped: list[int]) -> list[str]:
    """What each process says that is not stopped; all of them end in time."""
    folder.mkdir()
    programs = [begun(command(folder, rank, *HOMES)) for rank in range(3)]
    try:
        numbers = met(folder)
        for rank in stopped:
            os.kill(numbers[rank], signal.SIGSTOP)
        since = time.monotonic()
        rest = [program for rank, program in enumerate(programs) if rank not in stopped]
        assert seconds_until(lambda: all(program.poll() is not None for program in rest), since) < 10
        assert all(program.returncode == 1 for program in rest)
    finally:
        for program in programs:
            program.kill()
        errors = [program.communicate()[1] for program in programs]
    return [line for rank, line in enumerate(errors) if rank not in stopped]


def ends_the_launcher(folder: Path) -> None:
    """mpiexec waits for all: also for the one that is lost."""
    folder.mkdir()
    (folder / "mpiexec").write_text(LAUNCHER)
    (folder / "mpiexec").chmod(0o755)
    program = begun([str(folder / "mpiexec"), *command(folder)])
    try:
        os.kill(met(folder)[2], signal.SIGSTOP)
        assert seconds_until(lambda: program.poll() is not None, time.monotonic()) < 10
        assert program.returncode == -signal.SIGKILL
    finally:
        os.killpg(program.pid, signal.SIGKILL)
        _, errors = program.communicate()
    assert errors == f"zerokara: {NAMES[2]} has been silent for 8 s: {ONE}\n"


ONE = "its host or the network is lost; all others stop"


@pytest.mark.skipif(sys.platform == "win32", reason="no process can be stopped there")
def test_who_falls_silent_is_named_and_all_others_end_in_time(tmp_path: Path) -> None:
    """Process 0 and another, seen by those that are left; and process 0 that hears nobody. At the same time."""
    with ThreadPoolExecutor() as pool:
        zero = pool.submit(said_by_survivors, tmp_path / "zero", [0])
        one = pool.submit(said_by_survivors, tmp_path / "one", [1])
        cut_off = pool.submit(said_by_survivors, tmp_path / "cut-off", [1, 2])
        launcher = pool.submit(ends_the_launcher, tmp_path / "launcher")
    assert zero.result() == [f"zerokara: {NAMES[0]} has been silent for 8 s: {ONE}\n"] * 2
    assert one.result() == [f"zerokara: {NAMES[1]} has been silent for 8 s: {ONE}\n", ""]
    cut = "has heard no other host for 8 s: its network is lost; all others stop"
    assert cut_off.result() == [f"zerokara: {NAMES[0]} {cut}\n"]
    launcher.result()


@pytest.mark.parametrize(
    ("homes", "silent", "says"),
    [
        ("aab", [2], f"{{2}} has been silent for 8 s: {ONE}"),  # two hosts: nobody can tell which of them is cut off
        ("aabc", [2, 3], "{0} has heard no other host for 8 s: its network is lost; all others stop"),
        ("aabc", [1], f"{{1}} has been silent for 8 s: {ONE}"),
        ("aabbc", [2, 3], f"{{2}}, {{3}} have been silent for 8 s: {ONE}"),
        ("abcd", [1, 3], "{1}, {3} have been silent for 8 s: their hosts or the network are lost; all others stop"),
        ("aaa", [1, 2], f"{{1}}, {{2}} have been silent for 8 s: {ONE}"),
    ],
)
def test_whose_network_is_lost(homes: str, silent: list[int], says: str) -> None:
    names = [f"rank {k} (process {k} on {home})" for k, home in enumerate(homes)]
    assert silence(names, silent) == says.format(*names)

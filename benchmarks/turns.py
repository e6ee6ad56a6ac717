"""Contestants in processes of their own, who take turns.

One framework a process: their thread pools and their memory would get in each other's way. Who has no turn waits for a
message, asleep. Every contestant first does the same steps, whose results are compared; these are its warm-up too, so
compiling is over when the turns begin. A turn lasts long enough to be measured and begins, where steps are short, with
some that do not count: the caches are cold from the others' turns.
"""

import multiprocessing
import os
import re
import resource
import sys
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchmarks import contestants
from benchmarks.contestants import Workload
from benchmarks.task import Task

STEPS = {"training": 20, "written": 20, "inference": 8, "layer": 4, "sequence": 20}
"""How many results are compared."""

TURN = {"training": 0.3, "written": 0.3, "inference": 0.2, "layer": 0.1, "sequence": 0.3}
"""Seconds a turn lasts at least; one step may take longer."""

PARTS = 8
"""The clock is looked at about so many times a turn."""


class FailedError(RuntimeError):
    """A contestant that cannot take part, and why, in words."""


@dataclass(frozen=True)
class Start:
    """A contestant at the end of its warm-up: its results, and the seconds until the first of them."""

    numbers: list[float]
    load_seconds: float
    first_seconds: float
    load_mib: float
    versions: str


@dataclass(frozen=True)
class Turn:
    """Seconds a step; cores kept busy while at it, and while waiting for it (which should be none)."""

    seconds: float
    cores: float
    idle_cores: float


class Contestant:
    """The other end of a process."""

    def __init__(self, name: str, workload: Workload) -> None:
        """Start it and wait for the end of its warm-up. Raises FailedError."""
        self.name = name
        context = multiprocessing.get_context("spawn")
        self._pipe, there = context.Pipe()
        self._process = context.Process(target=_live, args=(name, workload, there), daemon=True)
        self._process.start()
        there.close()
        self.start: Start = self._answer()

    def turn(self) -> Turn:
        """Let it do its steps."""
        self._pipe.send("turn")
        turn: Turn = self._answer()
        return turn

    def end(self) -> float:
        """End the process; returns the peak of its memory in MiB."""
        self._pipe.send("end")
        peak: float = self._answer()
        self._process.join()
        return peak

    def stop(self) -> None:
        """End the process at once, if it still lives."""
        self._process.kill()
        self._process.join()

    def _answer(self) -> Any:
        try:
            answer = self._pipe.recv()
        except EOFError:
            self._process.join()
            raise FailedError(f"its process ended with status {self._process.exitcode}") from None
        if isinstance(answer, Exception):
            self._process.join()
            raise answer
        return answer


# ── in the contestant's process ──────────────────────────────────────────────────────────────────────────────────────


def _live(name: str, workload: Workload, pipe: Connection) -> None:
    try:
        task, start = _warm_up(name, workload)
        pipe.send(start)
        _take_turns(task, workload, pipe)
    except (KeyboardInterrupt, EOFError, BrokenPipeError):
        return  # the other end is gone
    except Exception as error:
        pipe.send(FailedError(_in_a_line(error)))


def _warm_up(name: str, workload: Workload) -> tuple[Task, Start]:
    begin = time.perf_counter()
    contestants.load(name)
    loaded, memory = time.perf_counter(), peak_mib()
    task, versions = contestants.make(name, workload)
    numbers = [task.number(task.step(0))]
    first = time.perf_counter()
    numbers += [task.number(task.step(i)) for i in range(1, STEPS[workload.kind])]
    return task, Start(numbers, loaded - begin, first - loaded, memory, versions)


def _take_turns(task: Task, workload: Workload, pipe: Connection) -> None:
    done, long = STEPS[workload.kind], TURN[workload.kind]
    estimate = min(_time(task, done + i, 1) for i in range(3))
    done += 3
    chunk = max(1, round(long / PARTS / estimate))
    slept, slept_cpu = time.perf_counter(), time.process_time()
    while pipe.recv() == "turn":
        idle = (time.process_time() - slept_cpu) / max(time.perf_counter() - slept, 1e-9)
        if estimate < long / PARTS:
            _time(task, done, chunk)
        begin_cpu, seconds, steps = time.process_time(), 0.0, 0
        while seconds < long:
            seconds += _time(task, done + steps, chunk)
            steps += chunk
        slept, slept_cpu = time.perf_counter(), time.process_time()
        done += steps
        pipe.send(Turn(seconds / steps, (slept_cpu - begin_cpu) / seconds, idle))
    pipe.send(peak_mib())


def _time(task: Task, first: int, steps: int) -> float:
    """Seconds for so many steps, to the end of the last: nobody has to wait for the end of the others."""
    begin = time.perf_counter()
    for i in range(first, first + steps):
        result = task.step(i)
    task.wait(result)
    return time.perf_counter() - begin


def peak_mib() -> float:
    """The most memory that this process ever had, in MiB.

    `ru_maxrss` alone would also count what the process had that this one was started from (Linux keeps it).
    """
    status = Path("/proc/self/status")
    if status.exists() and (found := re.search(r"VmHWM:\s+(\d+) kB", status.read_text())):
        return int(found[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def _in_a_line(error: Exception) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:200]}" if text else type(error).__name__


def pin(threads: int) -> None:
    """This process and those that it starts: so many threads, on so many processors."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    for variable in ("ZEROKARA_THREADS", "OMP_NUM_THREADS", "NPROC"):
        os.environ[variable] = str(threads)

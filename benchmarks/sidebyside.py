"""How two things are compared on a machine that is never quite idle.

Contestants run turn by turn, so that whatever else the machine does hits them alike; each round gives a ratio, and the
median of the ratios is reported, with the quartiles. Where a contestant changes its process (threads that go on waiting
in a loop, memory that is kept), each gets a process of its own, which sleeps while another has its turn.
"""

import multiprocessing
import os
import platform
import re
import statistics
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np


def interleaved(contestants: dict[str, Callable[[], object]], rounds: int, repeats: int = 1) -> dict[str, list[float]]:
    """Seconds per call of every contestant in every round, after one round that does not count."""
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(rounds + 1):
        for name, run in contestants.items():
            start = time.perf_counter()
            for _ in range(repeats):
                run()
            if number:
                seconds[name].append((time.perf_counter() - start) / repeats)
    return seconds


def interleaved_processes(
    makers: dict[str, Callable[[], Callable[[], float]]], rounds: int, repeats: int = 1
) -> tuple[dict[str, list[float]], dict[str, float]]:
    """As `interleaved`, every contestant in a process of its own, where its maker is called to make it.

    Returns the seconds per call, and what each contestant's last call returned.
    """
    context = multiprocessing.get_context("spawn")
    pipes = {}
    for name, maker in makers.items():
        here, there = context.Pipe()
        context.Process(target=_take_turns, args=(maker, repeats, there), daemon=True).start()
        pipes[name] = here
    seconds: dict[str, list[float]] = {name: [] for name in makers}
    last: dict[str, float] = {}
    for number in range(rounds + 1):
        for name, pipe in pipes.items():
            pipe.send("go")
            taken, last[name] = pipe.recv()
            if number:
                seconds[name].append(taken / repeats)
    for pipe in pipes.values():
        pipe.send("stop")
    return seconds, last


def _take_turns(maker: Callable[[], Callable[[], float]], repeats: int, pipe: Connection) -> None:
    run = maker()
    while pipe.recv() == "go":
        start = time.perf_counter()
        for _ in range(repeats):
            value = run()
        pipe.send((time.perf_counter() - start, value))


def ratio(slower: list[float], faster: list[float]) -> str:
    """How many times faster: the median over the rounds, and the middle half of them."""
    ratios = [a / b for a, b in zip(slower, faster, strict=True)]
    low, middle, high = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
    return f"{middle:5.1f}×  ({low:.1f}–{high:.1f})"


def milliseconds(seconds: list[float]) -> str:
    """Median and minimum."""
    return f"{1e3 * statistics.median(seconds):8.2f} ms (min {1e3 * min(seconds):.2f})"


def machine() -> str:
    """One line about where this was measured."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{platform.machine()}, {cores} cores{load}, Python {platform.python_version()}, NumPy {np.__version__}"


def processor() -> str:
    """The processor's name."""
    info = Path("/proc/cpuinfo")
    if info.exists() and (found := re.search(r"model name\s*:\s*(.+)", info.read_text())):
        return found[1]
    return platform.processor() or platform.machine()

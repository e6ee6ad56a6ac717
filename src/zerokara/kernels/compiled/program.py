"""A recorded step: kernel calls in a row, run by all threads without Python between them.

Every instruction has one part per thread (or fewer): the entry of a kernel and the words of its arguments. Each thread
walks through the same table and does its own parts; where the next instruction needs what this one computes, all
threads wait for each other at a barrier. A barrier is a counter that every thread increases by one and then watches: it
takes about a fifth of a microsecond, where handing one call to another Python thread takes ten or twenty.

The other threads are a crew that is started once. After a program they go on watching for the next one, for a fraction
of a millisecond, and then sleep until they are woken: in a training loop they are there at once, and an idle program
takes no processor time.
"""

import os
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.kernels.compiled import threads
from zerokara.kernels.compiled.atomic import (
    breathe,
    call,
    exchange,
    flush_denormals,
    increase,
    read,
    restore_denormals,
    step_aside,
    word,
)
from zerokara.kernels.compiled.build import inner, kernel
from zerokara.kernels.compiled.entry import entry, words

_LINE = 16  # counters lie this far apart: threads that write to one cache line slow each other down
_POSTED, _DONE, _FAILED = 0, _LINE, 2 * _LINE
_TABLE, _LENGTH, _WAITS, _BARRIERS = range(3 * _LINE, 3 * _LINE + 4)  # what is posted, and the barriers so far
_ASLEEP = 4 * _LINE  # + _LINE·thread: whether this thread of the crew has to be woken
_WATCH = 20_000  # rounds of waiting (some hundred microseconds) before a thread of the crew goes to sleep

_CODE = np.dtype(np.float32)  # the kernels of this file have no floating-point numbers; one form is enough


class Program:
    """Instructions in a row. `record` is what `threads.recorded_by` wants; `run` does all of it."""

    def __init__(self) -> None:
        self._calls: list[list[tuple[int, list[int]]]] = []  # for each instruction, one (entry, words) per part
        self._waits: list[bool] = []
        self._kept: list[Any] = []  # the arguments, so that their memory stays
        self._ready = False

    def __len__(self) -> int:
        return len(self._calls)

    def record(self, function: Any, calls: Sequence[tuple[Any, ...]]) -> None:
        """Add an instruction: one call per thread, all at the same time, and a barrier after it."""
        self._calls.append([(entry(function), words(function, args)) for args in calls])
        self._waits.append(True)
        self._kept.append([[a for a in args if isinstance(a, np.ndarray)] for args in calls])
        self._ready = False

    def without_barriers(self, first: int) -> None:
        """Say that the instructions from number `first` on do not depend on one another: one barrier after them all.

        Instructions of a single part are dealt out among the threads.
        """
        for number in range(first, len(self._calls)):
            self._waits[number] = number == len(self._calls) - 1
            if len(self._calls[number]) == 1 and (idle := number % threads.count()):
                self._calls[number] = [(0, [])] * idle + self._calls[number]
        self._ready = False

    def forget(self, first: int) -> None:
        """Take back the instructions from number `first` on."""
        del self._calls[first:], self._waits[first:], self._kept[first:]
        self._ready = False

    def places(self, memory: Array) -> tuple[Any, Any]:
        """Where the words are that point into a block of memory, and how far from its start each of them points."""
        self._assemble()
        start = memory.ctypes.data
        found = np.nonzero((self._words >= start) & (self._words < start + max(memory.nbytes, 1)))[0]
        return found, self._words[found] - start

    def point(self, places: tuple[Any, Any], address: int) -> None:
        """Let those words point into another block, at this address."""
        self._words[places[0]] = places[1] + address

    def run(self) -> None:
        """Run all instructions on all threads."""
        self._assemble()
        if self._calls:
            _crew.run(self._work)

    def _assemble(self) -> None:
        """Lay out the words in one array, and the table that points into it."""
        if self._ready:
            return
        rows = [part[1] for parts in self._calls for part in parts]
        self._words = np.array([word for row in rows for word in row] or [0], np.int64)
        address, crew = self._words.ctypes.data, threads.count()
        self._table = np.zeros((len(self._calls), crew, 2), np.int64)
        for number, parts in enumerate(self._calls):
            for thread, (code, row) in enumerate(parts):
                self._table[number, thread] = code, address
                address += 8 * len(row)
        self._wait_table = np.array(self._waits, np.int64)
        self._work = np.array([self._table.ctypes.data, len(self._calls), self._wait_table.ctypes.data], np.int64)
        self._ready = True


class _Crew:
    """The threads that run programs: this one and, once started, one for each further core."""

    def __init__(self) -> None:
        self._count = threads.count()
        self._mail = np.zeros((_ASLEEP + self._count * _LINE), np.int64)
        self._asleep = np.zeros(1 + self._count, np.int64)  # how many, and which, must be woken
        self._beds = [threading.Semaphore(0) for _ in range(self._count)]
        self._busy = threading.Lock()
        self._launch: Any = None

    def run(self, work: Array) -> None:
        """Run a program. One at a time: others wait."""
        with self._busy:
            if self._launch is None:
                self._start()
            self._launch(self._mail, work, self._asleep, self._count)
            if self._asleep[0]:
                self._wake()
                _run.on(_CODE)(self._mail, self._count)
            if self._mail[_FAILED]:
                self._mail[_FAILED] = 0
                raise MemoryError("a kernel stopped early while replaying a recorded step: is there enough memory?")

    def _wake(self) -> None:
        for thread in range(1, self._count):
            if self._asleep[thread + 1]:
                self._beds[thread].release()

    def _start(self) -> None:
        for thread in range(1, self._count):
            threading.Thread(target=self._serve, args=(thread,), name="zerokara-crew", daemon=True).start()
        self._launch = _launch.on(_CODE)

    def _serve(self, thread: int) -> None:
        """The life of a thread of the crew: watch, work, sleep."""
        serve, seen = _serve.on(_CODE), np.zeros(1, np.int64)
        while True:
            serve(self._mail, seen, thread, self._count)
            self._beds[thread].acquire()


@inner
def _wait(mail, target):  # type: ignore[no-untyped-def]
    """Until the counter of finished parts has reached the target."""
    rounds = 0
    while read(mail, _DONE) < target:
        breathe()
        rounds += 1
        if rounds > _WATCH:  # the others are late: perhaps they wait for this core
            step_aside()


@inner
def _walk(mail, thread, count):  # type: ignore[no-untyped-def]
    """Do this thread's parts of the posted program."""
    before = flush_denormals()
    table, length, waits, target = mail[_TABLE], mail[_LENGTH], mail[_WAITS], mail[_BARRIERS]
    for number in range(length):
        at = 2 * (number * count + thread)
        if word(table, at) != 0 and call(word(table, at), word(table, at + 1)) != 0:
            increase(mail, _FAILED, 1)
        if word(waits, number) != 0:
            target += count
            increase(mail, _DONE, 1)
            _wait(mail, target)
    restore_denormals(before)
    if thread == 0:
        mail[_BARRIERS] = target


@kernel("void(i8[::1], i8[::1], i8[::1], i8)")
def _launch(mail, work, asleep, count):  # type: ignore[no-untyped-def]
    """Post a program and do this thread's part of it; if somebody must be woken first, only post it and say who."""
    mail[_TABLE], mail[_LENGTH], mail[_WAITS] = work[0], work[1], work[2]
    increase(mail, _POSTED, 1)
    asleep[0] = 0
    for thread in range(1, count):
        asleep[thread + 1] = exchange(mail, _ASLEEP + _LINE * thread, 0)
        asleep[0] += asleep[thread + 1]
    if asleep[0] == 0:
        _walk(mail, 0, count)


@kernel("void(i8[::1], i8)")
def _run(mail, count):  # type: ignore[no-untyped-def]
    """The part of the thread that posted the program."""
    _walk(mail, 0, count)


@kernel("void(i8[::1], i8[::1], i8, i8)")
def _serve(mail, seen, thread, count):  # type: ignore[no-untyped-def]
    """Do every program that is posted; return when none came for a while, so that the thread can sleep."""
    bed, rounds = _ASLEEP + _LINE * thread, 0
    while True:
        if read(mail, _POSTED) != seen[0]:
            seen[0] += 1
            _walk(mail, thread, count)
            rounds = 0
            continue
        rounds += 1
        breathe()
        if rounds > _WATCH:
            exchange(mail, bed, 1)
            if read(mail, _POSTED) == seen[0] or exchange(mail, bed, 0) == 0:
                return  # nothing was posted before this thread lay down, or whoever posted is about to wake it
            rounds = 0


_crew = _Crew()


def _forget_crew() -> None:
    """A forked child has no threads but its own: start afresh."""
    global _crew
    _crew = _Crew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_crew)

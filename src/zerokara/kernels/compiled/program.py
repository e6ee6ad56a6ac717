"""A recorded step: kernel calls in a row, run by all threads without Python between them.

An instruction is a kernel with one or more parts that can run at the same time: the entry of the kernel, and the words
of its arguments. Parts that do not need each other's results form a group. Every thread walks through the groups in
order, takes the parts that nobody has taken (its own share first), and goes on to the next group when all parts of this
one are done. Taking a part and counting it as done is one atomic operation each: a tenth of a microsecond, where
handing one call to another Python thread takes ten or twenty. A thread that the system keeps waiting holds up nobody:
the others do its share. Which thread does a part does not change its numbers.

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
    claim,
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
_POSTED, _DONE, _FAILED, _INSIDE = 0, _LINE, 2 * _LINE, 3 * _LINE
_TABLE, _GROUPS, _CLAIMS, _RUN, _BASE = range(4 * _LINE, 4 * _LINE + 5)  # what is posted; parts done before it
_ASLEEP = 5 * _LINE  # + _LINE·thread: whether this thread of the crew has to be woken
_WATCH = 20_000  # rounds of waiting (some hundred microseconds) before a thread of the crew goes to sleep

_CODE = np.dtype(np.float32)  # the kernels of this file have no floating-point numbers; one form is enough


Call = tuple[int, list[int]]
"""The entry of a kernel, and the words of its arguments."""


class Program:
    """Instructions in a row. `record` is what `threads.recorded_by` wants; `run` does all of it."""

    def __init__(self) -> None:
        self._groups: list[list[Call]] = []
        self._kept: list[Any] = []  # the arguments, so that their memory stays
        self._ready = False

    def __len__(self) -> int:
        return len(self._groups)

    def record(self, function: Any, calls: Sequence[tuple[Any, ...]]) -> None:
        """Add a group: one call per part, all at the same time."""
        self._groups.append([(entry(function), words(function, args)) for args in calls])
        self._kept.append([[a for a in args if isinstance(a, np.ndarray)] for args in calls])
        self._ready = False

    def join(self, first: int) -> None:
        """Say that the groups from number `first` on do not depend on one another: they become one."""
        self._groups[first:] = [[part for parts in self._groups[first:] for part in parts]]
        self._kept[first:] = [self._kept[first:]]
        self._ready = False

    def forget(self, first: int) -> None:
        """Take back the groups from number `first` on."""
        del self._groups[first:], self._kept[first:]
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
        if self._groups:
            _crew.run(self._work)

    def _assemble(self) -> None:
        """Lay out the words in one array, and the table that points into it."""
        if self._ready:
            return
        rows = [row for group in self._groups for _, row in group]
        self._words = np.array([word for row in rows for word in row] or [0], np.int64)
        groups, address, table = _chained(self._groups), self._words.ctypes.data, []
        for group in groups:
            table.append(len(group))
            for chain in group:
                table.append(len(chain))
                for code, row in chain:
                    table += [code, address]
                    address += 8 * len(row)
        self._table = np.array(table or [0], np.int64)
        self._claims = np.zeros(max(1, sum(map(len, groups))), np.int64)
        pointers = self._table.ctypes.data, len(groups), self._claims.ctypes.data
        self._work = np.array([*pointers, 0], np.int64)  # then: how often it has run
        self._ready = True

    def __del__(self) -> None:
        if self._ready:
            _crew.bury((self._table, self._claims))


def _chained(groups: list[list[Call]]) -> list[list[list[Call]]]:
    """The groups with each part as a chain of calls: groups of a single part in a row become one chain.

    One thread does them all, then, and nobody has to wait in between.
    """
    chained: list[list[list[Call]]] = []
    for group in groups:
        if len(group) == 1 and chained and len(chained[-1]) == 1:
            chained[-1][0].append(group[0])
        else:
            chained.append([[call] for call in group])
    return chained


class _Crew:
    """The threads that run programs: this one and, once started, one for each further core."""

    def __init__(self) -> None:
        self._count = threads.count()
        self._mail = np.zeros((_ASLEEP + self._count * _LINE), np.int64)
        self._asleep = np.zeros(1 + self._count, np.int64)  # how many, and which, must be woken
        self._beds = [threading.Semaphore(0) for _ in range(self._count)]
        self._busy = threading.Lock()
        self._launch: Any = None
        self._buried: list[Any] = []

    def run(self, work: Array) -> None:
        """Run a program. One at a time: others wait."""
        with self._busy:
            if self._launch is None:
                self._start()
            if self._buried and not self._mail[_INSIDE]:
                self._buried.clear()
            self._launch(self._mail, work, self._asleep, self._count)
            if self._asleep[0]:
                self._wake()
                _run.on(_CODE)(self._mail, work, self._count)
            if self._mail[_FAILED]:
                self._mail[_FAILED] = 0
                raise MemoryError("a kernel stopped early while replaying a recorded step: is there enough memory?")

    def bury(self, tables: Any) -> None:
        """Keep the tables of a program that is gone until no late thread can be looking at them."""
        self._buried.append(tables)

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
def _walk(mail, table, groups, claims, run, base, thread, count):  # type: ignore[no-untyped-def]
    """Go through the posted program, doing what nobody else has taken."""
    before = flush_denormals()
    done, at = base, 0
    for _ in range(groups):
        parts = word(table, at)
        own, mine = thread * parts // count, at + 1
        for _ in range(own):  # its own share begins after those of the threads before it
            mine += 1 + 2 * word(table, mine)
        place, part = mine, own
        for _ in range(parts):
            calls = word(table, place)
            if claim(claims + 8 * part, run - 1, run):
                for k in range(calls):
                    if call(word(table, place + 1 + 2 * k), word(table, place + 2 + 2 * k)) != 0:
                        increase(mail, _FAILED, 1)
                increase(mail, _DONE, 1)
            place, part = place + 1 + 2 * calls, part + 1
            if part == parts:
                end, place, part = place, at + 1, 0
        at, claims, done = end, claims + 8 * parts, done + parts
        _wait(mail, done)
    restore_denormals(before)


@kernel("void(i8[::1], i8[::1], i8[::1], i8)")
def _launch(mail, work, asleep, count):  # type: ignore[no-untyped-def]
    """Post a program and take part in it; if somebody must be woken first, only post it and say who."""
    work[3] += 1
    increase(mail, _POSTED, 1)  # odd: what is posted is being changed
    mail[_BASE] = read(mail, _DONE)
    mail[_TABLE], mail[_GROUPS], mail[_CLAIMS], mail[_RUN] = work[0], work[1], work[2], work[3]
    increase(mail, _POSTED, 1)
    asleep[0] = 0
    for thread in range(1, count):
        asleep[thread + 1] = exchange(mail, _ASLEEP + _LINE * thread, 0)
        asleep[0] += asleep[thread + 1]
    if asleep[0] == 0:
        _walk(mail, work[0], work[1], work[2], work[3], mail[_BASE], 0, count)


@kernel("void(i8[::1], i8[::1], i8)")
def _run(mail, work, count):  # type: ignore[no-untyped-def]
    """The part of the thread that posted the program."""
    _walk(mail, work[0], work[1], work[2], work[3], mail[_BASE], 0, count)


@kernel("void(i8[::1], i8[::1], i8, i8)")
def _serve(mail, seen, thread, count):  # type: ignore[no-untyped-def]
    """Take part in every program that is posted; return when none came for a while, so that the thread can sleep."""
    bed, rounds = _ASLEEP + _LINE * thread, 0
    while True:
        posted = read(mail, _POSTED)
        if posted != seen[0]:
            rounds = 0
            if posted % 2 == 0:
                increase(mail, _INSIDE, 1)
                table, groups, claims, run, base = mail[_TABLE], mail[_GROUPS], mail[_CLAIMS], mail[_RUN], mail[_BASE]
                if read(mail, _POSTED) == posted:  # else it was changed meanwhile: look again
                    seen[0] = posted
                    _walk(mail, table, groups, claims, run, base, thread, count)
                increase(mail, _INSIDE, -1)
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

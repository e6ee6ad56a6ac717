"""The threads that share the work: they walk through the same table of calls, without Python between them.

What they walk through is a recorded step (`run`), or a single kernel call that was cut into parts (`share`).

The table lists groups of parts that can run at the same time. Every thread walks through the groups in order, takes the
parts that nobody has taken (its own share first), and goes on to the next group when all parts of this one are done.
Taking a part and counting it as done is one atomic operation each: a tenth of a microsecond, where handing one call to
another Python thread takes ten or twenty. A thread that the system keeps waiting holds up nobody: the others do its
share. Which thread does a part does not change its numbers.

The other threads are a crew that is started once. After a program they go on watching for the next one, for a fraction
of a millisecond, and then sleep until they are woken: in a training loop they are there at once, and an idle program
takes no processor time. On a machine that has other work, whoever watches uses up its turn on the core with that, and
is then kept from a part that it has begun, while all others wait for it: so there, between the calls of a step that is
written out, the threads sleep at once.

A thread that comes late, when all parts are done, still walks through the table that is posted, finds nothing to take,
and leaves. So the table of a program that is gone must stay for as long as somebody may be, or may yet go, through it:
see `_Crew.bury`.
"""

import os
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.kernels.compiled.atomic import (
    breathe,
    call,
    claim,
    exchange,
    flush_denormals,
    increase,
    read,
    restore_denormals,
    sleep,
    step_aside,
    word,
)
from zerokara.kernels.compiled.build import MAKING, Planned, code_of, inner, kernel
from zerokara.kernels.cores import thread_count

_LINE = 16  # counters lie this far apart: threads that write to one cache line slow each other down
_POSTED, _DONE, _FAILED, _INSIDE = 0, _LINE, 2 * _LINE, 3 * _LINE
_TABLE, _GROUPS, _CLAIMS, _RUN, _BASE = range(4 * _LINE, 4 * _LINE + 5)  # what is posted; parts done before it
_PATIENCE = 4 * _LINE + 5  # how many rounds a thread of the crew waits for what comes next
_LATE = 4 * _LINE + 6  # how often whoever posted had to wait long for the others
_ASLEEP = 5 * _LINE  # + _LINE·thread: whether this thread of the crew has to be woken
_WATCH = 20_000  # rounds of waiting (some hundred microseconds) before a thread of the crew goes to sleep
_SPIN = 1_000  # rounds of waiting for the others' parts before a thread lets others have its core
_LONG = _SPIN + 200  # rounds of such waiting that count as long: a thread has been kept from its part
_NAP = 20  # microseconds between two looks, then
_LOOK = 32  # shared calls between two looks at whether the machine is in use
_MOST = 2  # long waits between them
_OURS = 0.8  # of the time that a thread wants to compute, which it gets on a machine that is not in use

CODE = np.dtype(np.float32)
"""The kernels of this file have no floating-point numbers; one form is enough."""


class _Crew:
    """The threads that run programs: this one and, once started, one for each further core."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._mail = np.zeros((_ASLEEP + self._count * _LINE), np.int64)
        self._asleep = np.zeros(1 + self._count, np.int64)  # how many, and which, must be woken
        self._beds = [threading.Lock() for _ in range(self._count)]  # not semaphores: these survive Ctrl-C within them
        self._busy = threading.Lock()
        self._launch: Any = None
        self._rest: Any = None
        self._buried: deque[tuple[Array, Array]] = deque()
        self._shared: dict[tuple[int, int], _Shared] = {}
        self._patience, self._calls, self._looked = _WATCH, 0, (time.perf_counter(), time.thread_time())

    def run(self, work: Array) -> None:
        """Run a program. One at a time: others wait."""
        with self._busy:
            self._mail[_PATIENCE] = _WATCH
            self._post(work)

    def share(self, function: Callable[..., None], calls: list[tuple[Any, ...]]) -> None:
        """Make these calls of one kernel at the same time; one after another if the crew is busy."""
        if self._busy.locked():  # another thread of Python's has it, or this one when a signal came
            for args in calls:
                function(*args)
            return
        with self._busy:
            key = id(function), len(calls)
            shared = self._shared.get(key) or self._shared.setdefault(key, _Shared(function, len(calls)))
            write = shared.write
            for address, args in zip(shared.addresses, calls, strict=True):
                write(address, *args)
            self._calls += 1
            if self._calls >= _LOOK:
                self._look()
            self._mail[_PATIENCE] = self._patience
            self._post(shared.work)

    def _look(self) -> None:
        """Whether this thread and the others get the cores that they want: if not, nobody watches until the next look.

        A thread that does other things, or parts that take unequally long, look the same; then waking costs little.
        """
        now = time.perf_counter(), time.thread_time()
        wanted, got = now[0] - self._looked[0], now[1] - self._looked[1]
        free = got >= _OURS * wanted and self._mail[_LATE] <= _MOST
        self._patience = _WATCH if free else 0
        self._calls, self._looked, self._mail[_LATE] = 0, now, 0

    def _post(self, work: Array) -> None:
        """Post what is to be done, take part in it, and return when it is done."""
        if self._launch is None:
            self._start()
        if self._buried and not self._mail[_INSIDE]:
            self._clear()
        self._asleep[0] = 0
        try:
            self._launch(self._mail, work, self._asleep, self._count)
        finally:  # what is posted must be done before anything else is, also when Ctrl-C comes in between
            if self._asleep[0]:
                try:
                    self._wake()
                except BaseException:
                    self._wake()  # who was not woken would sleep for ever
                    raise
                finally:  # nothing of Python's is called in between, where Ctrl-C could come
                    self._rest(self._mail, work, self._count)
        if self._mail[_FAILED]:
            self._mail[_FAILED] = 0
            raise MemoryError("a kernel stopped early: is there enough memory?")

    def bury(self, tables: tuple[Array, Array]) -> None:
        """Keep the table and the claims of a program that is gone until no late thread can look at them.

        A thread that enters (`_INSIDE` counts it before it looks) takes the table that is posted, and no other. So a
        table can be reached for as long as it is the posted one; and after another has been posted, until `_INSIDE`
        has been 0 once: who comes later finds the other.
        """
        self._buried.append(tables)

    def _clear(self) -> None:
        """Free the buried tables, when nobody is inside, all but the posted one. Others may bury more meanwhile."""
        posted = self._mail[_TABLE]
        for _ in range(len(self._buried)):
            tables = self._buried.popleft()
            if tables[0].ctypes.data == posted:
                self._buried.append(tables)

    def _wake(self) -> None:
        """Wake who sleeps; nothing happens to who was woken already."""
        for thread in range(1, self._count):
            if self._asleep[thread + 1] and self._beds[thread].locked():
                self._beds[thread].release()

    def _start(self) -> None:
        for thread in range(1, self._count):
            self._beds[thread].acquire(blocking=False)  # it may be a second start: the first was interrupted
            threading.Thread(target=self._serve, args=(thread,), name="zerokara-crew", daemon=True).start()
        self._rest = _run.on(CODE)
        self._launch = _launch.on(CODE)

    def _serve(self, thread: int) -> None:
        """The life of a thread of the crew: watch, work, sleep."""
        serve, seen = _serve.on(CODE), np.zeros(1, np.int64)
        while True:
            serve(self._mail, seen, thread, self._count)
            self._beds[thread].acquire()  # until somebody else releases it


class _Shared:
    """A kernel cut into so many parts: the words of their arguments, which every call writes anew, and the table.

    There is one for each kernel and number of parts, for good. So a thread that comes late finds the same table as
    ever, and all its parts taken.
    """

    def __init__(self, function: Callable[..., None], parts: int) -> None:
        code = code_of(function)
        self.write = code.write
        self._words = np.zeros((parts, code.words), np.int64)
        self.addresses = [row.ctypes.data for row in self._words]
        self._table = np.array([parts, *(n for at in self.addresses for n in (1, code.entry, at))], np.int64)
        self._claims = np.zeros(parts, np.int64)
        self.work = np.array([self._table.ctypes.data, -1, self._claims.ctypes.data, 0], np.int64)


@inner
def _wait(mail, target, thread):  # type: ignore[no-untyped-def]
    """Until the counter of finished parts has reached the target."""
    rounds = 0
    while read(mail, _DONE) < target:
        breathe()
        rounds += 1
        if rounds > _SPIN:  # the others are late: perhaps they wait for this core
            step_aside()
        if rounds == _LONG and thread == 0:
            increase(mail, _LATE, 1)
        if rounds > _LONG:  # by yielding alone this thread would use up its own turns
            sleep(_NAP)


@inner
def _walk(mail, table, groups, claims, run, base, thread, count):  # type: ignore[no-untyped-def]
    """Go through what is posted, doing what nobody else has taken.

    A recorded step flushes denormal numbers. A call that is written out does not: its `groups` are −1.
    """
    if groups < 0:
        _go(mail, table, -groups, claims, run, base, thread, count)
    else:
        before = flush_denormals()
        _go(mail, table, groups, claims, run, base, thread, count)
        restore_denormals(before)


@inner
def _go(mail, table, groups, claims, run, base, thread, count):  # type: ignore[no-untyped-def]
    """Group after group: the parts that nobody has taken, its own share first, then wait for the others."""
    done, at = base, 0
    for group in range(groups):
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
        if thread == 0 or group < groups - 1:  # when all is taken, only whoever posted it waits for the end
            _wait(mail, done, thread)


@kernel("void(i8[::1], i8[::1], i8[::1], i8)", writes=("mail", "work", "asleep"))
def _launch(mail, work, asleep, count):  # type: ignore[no-untyped-def]
    """Post a program and take part in it; if somebody must be woken first, only post it and say who."""
    work[3] += 1
    increase(mail, _POSTED, 1)  # odd: what is posted is being changed
    exchange(mail, _BASE, read(mail, _DONE))
    for k in range(4):
        exchange(mail, _TABLE + k, work[k])
    increase(mail, _POSTED, 1)
    asleep[0] = 0
    for thread in range(1, count):
        asleep[thread + 1] = exchange(mail, _ASLEEP + _LINE * thread, 0)
        asleep[0] += asleep[thread + 1]
    if asleep[0] == 0:
        _walk(mail, work[0], work[1], work[2], work[3], mail[_BASE], 0, count)


@kernel("void(i8[::1], i8[::1], i8)", writes=("mail",))
def _run(mail, work, count):  # type: ignore[no-untyped-def]
    """The part of the thread that posted the program."""
    _walk(mail, work[0], work[1], work[2], work[3], mail[_BASE], 0, count)


@kernel("void(i8[::1], i8[::1], i8, i8)", writes=("mail", "seen"))
def _serve(mail, seen, thread, count):  # type: ignore[no-untyped-def]
    """Take part in every program that is posted; return when none came for a while, so that the thread can sleep."""
    bed, rounds = _ASLEEP + _LINE * thread, 0
    while True:
        posted = read(mail, _POSTED)
        if posted != seen[0]:
            rounds = 0
            if posted % 2 == 0:
                increase(mail, _INSIDE, 1)
                table, groups, claims = read(mail, _TABLE), read(mail, _GROUPS), read(mail, _CLAIMS)
                run, base = read(mail, _RUN), read(mail, _BASE)
                if read(mail, _POSTED) == posted:  # else it was changed meanwhile: look again
                    seen[0] = posted
                    _walk(mail, table, groups, claims, run, base, thread, count)
                increase(mail, _INSIDE, -1)
            continue
        rounds += 1
        breathe()
        if rounds > read(mail, _PATIENCE):
            exchange(mail, bed, 1)
            if read(mail, _POSTED) == seen[0] or exchange(mail, bed, 0) == 0:
                return  # nothing was posted before this thread lay down, or whoever posted is about to wake it
            rounds = 0


KERNELS = _launch, _run, _serve
"""What every recorded step, and every shared call, needs besides its own."""

_COUNT = thread_count()
_crew = _Crew(_COUNT)


def share(function: Callable[..., None], calls: list[tuple[Any, ...]]) -> None:
    """Make these calls of one kernel (what `Kernel.on` returns) at the same time."""
    if isinstance(function, Planned):
        function(*calls[0])  # says why not
    _crew.share(function, calls)


def run(work: Array) -> None:
    """Run a program on all threads. `work`: address of the table, groups, address of the claims, runs so far."""
    _crew.run(work)


def bury(table: Array, claims: Array) -> None:
    """A program is gone, or laid out anew: keep its table and claims for as long as a late thread may look at them."""
    _crew.bury((table, claims))


def run_alone(calls: list[tuple[int, int]]) -> None:
    """Make calls (entry, address of the words) one after another in this thread."""
    table = np.array([1, len(calls), *(number for pair in calls for number in pair)], np.int64)
    claims, mail = np.zeros(1, np.int64), np.zeros(_ASLEEP, np.int64)
    _run.on(CODE)(mail, np.array([table.ctypes.data, 1, claims.ctypes.data, 1], np.int64), 1)
    if mail[_FAILED]:
        raise MemoryError("a kernel stopped early while checking a recorded step: is there enough memory?")


def _forget_crew() -> None:
    """A forked child has no threads but its own: start afresh."""
    global _crew
    MAKING.release()
    _crew = _Crew(_COUNT)


if hasattr(os, "register_at_fork"):
    # Who makes machine code holds a lock, and in the child nobody would be there to give it back: fork when it is free.
    os.register_at_fork(before=MAKING.acquire, after_in_parent=MAKING.release, after_in_child=_forget_crew)

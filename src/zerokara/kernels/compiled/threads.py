"""Sharing one kernel call among the processor's cores.

The kernels release Python's lock while they run, so ordinary threads do: one waits for work per further core. Compared
with Numba's own parallel loops this works the same on every system, compiles in half the time, survives a fork, may be
used from several Python threads at once, and never leaves a thread spinning on a core that the matrix products of
NumPy are waiting for. A hand-over costs 10–20 µs, so small work is not shared.

A call is always cut into the same contiguous parts, so results do not depend on which thread was faster.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from queue import SimpleQueue
from typing import Any

from zerokara.kernels.cores import thread_count

Recorder = Callable[[Callable[..., None], list[tuple[Any, ...]]], None]
_Task = tuple[Callable[..., None], tuple[Any, ...], "_Part"]

SMALL = 100_000
"""Work, in floating-point operations or numbers moved, below which a single thread is quicker."""

SMALL_RECORDED = 8_000
"""The same in a recorded step, where the threads are there already."""


def parts(total: int, work: float) -> list[tuple[int, int]]:
    """Cut 0…total into one contiguous range per thread; into a single one when the `work` is small."""
    small = SMALL if _recorder.get() is None else SMALL_RECORDED
    pieces = max(1, min(_THREADS, total)) if work > small else 1
    return [(total * i // pieces, total * (i + 1) // pieces) for i in range(pieces)]


def share(function: Callable[..., None], calls: list[tuple[Any, ...]]) -> None:
    """Call `function` with each of these arguments, the last call here and the others in waiting threads.

    While a step is being recorded, write the call down instead.
    """
    write_down = _recorder.get()
    if write_down is not None:
        write_down(function, calls)
        return
    started = [_start(function, args) for args in calls[:-1]]
    try:
        function(*calls[-1])
    finally:
        for part in started:
            part.wait()


def count() -> int:
    """How many threads share the work."""
    return _THREADS


def recording() -> bool:
    """Whether calls are being written down instead of made."""
    return _recorder.get() is not None


@contextmanager
def recorded_by(recorder: Recorder) -> Iterator[None]:
    """A block in which `share` hands its calls to `recorder` and computes nothing."""
    token = _recorder.set(recorder)
    try:
        yield
    finally:
        _recorder.reset(token)


class _Part:
    """One part of a call that another thread works on."""

    def __init__(self) -> None:
        self._working = threading.Lock()
        self._working.acquire()
        self._error: BaseException | None = None

    def run(self, function: Callable[..., None], args: tuple[Any, ...]) -> None:
        try:
            function(*args)
        except BaseException as error:  # handed to the caller, whose thread this is not
            self._error = error
        self._working.release()

    def wait(self) -> None:
        self._working.acquire()
        if self._error is not None:
            raise self._error


def _start(function: Callable[..., None], args: tuple[Any, ...]) -> _Part:
    """Hand a part to the waiting threads, which are started by the first call."""
    part = _Part()
    if not _workers:
        _start_workers()
    _tasks.put((function, args, part))
    return part


def _start_workers() -> None:
    with _starting:
        while len(_workers) < _THREADS - 1:
            worker = threading.Thread(target=_work, args=(_tasks,), name="zerokara-kernels", daemon=True)
            worker.start()
            _workers.append(worker)


def _work(tasks: "SimpleQueue[_Task]") -> None:
    while True:
        function, args, part = tasks.get()
        part.run(function, args)
        del function, args, part  # or this thread would keep the arrays alive until its next task


def _forget_workers() -> None:
    """A forked child has no threads but its own: start afresh."""
    global _tasks, _starting
    _workers.clear()
    _tasks, _starting = SimpleQueue(), threading.Lock()


_recorder: ContextVar[Recorder | None] = ContextVar("_recorder", default=None)
_THREADS = thread_count()
_tasks: "SimpleQueue[_Task]" = SimpleQueue()
_workers: list[threading.Thread] = []
_starting = threading.Lock()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_workers)

"""Sharing one kernel call among the processor's cores.

The threads are those of recorded steps, the `crew`: to post a call takes one or two microseconds, where waking one of
Python's threads takes 10 to 20. They go on watching for the next call for a fraction of a millisecond, and then sleep.
Compared with Numba's own parallel loops this works the same on every system, compiles in half the time, survives a
fork, and may be used from several Python threads at once.

A call is always cut into the same contiguous parts, so results do not depend on which thread was faster.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from zerokara.kernels.compiled import crew
from zerokara.kernels.cores import thread_count

Recorder = Callable[[Callable[..., None], list[tuple[Any, ...]]], None]

SMALL = 100_000
"""Work, in floating-point operations or numbers moved, below which a single thread is quicker."""

SMALL_RECORDED = 8_000
"""The same in a recorded step, where nothing has to be posted for each call."""


def parts(total: int, work: float) -> list[tuple[int, int]]:
    """Cut 0…total into one contiguous range per thread; into a single one when the `work` is small."""
    pieces = min(_THREADS, total) if work > (SMALL if _recorder.get() is None else SMALL_RECORDED) else 1
    if pieces < 2:
        return [(0, total)]
    return [(total * i // pieces, total * (i + 1) // pieces) for i in range(pieces)]


def share(function: Callable[..., None], calls: list[tuple[Any, ...]]) -> None:
    """Call `function`, which `Kernel.on` returned, with each of these arguments, on all threads.

    While a step is being recorded, write the call down instead.
    """
    write_down = _recorder.get()
    if write_down is not None:
        write_down(function, calls)
    elif len(calls) == 1:
        function(*calls[0])
    else:
        crew.share(function, calls)


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


_recorder: ContextVar[Recorder | None] = ContextVar("_recorder", default=None)
_THREADS = thread_count()

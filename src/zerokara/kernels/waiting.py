"""How long this process has waited for kernels to be compiled: who measures a training leaves that out."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_seconds = 0.0  # in blocks that have ended
_since = 0.0  # when the outermost of the blocks that have not was entered
_inside = 0  # how many have not ended
_lock = threading.RLock()


@contextmanager
def compiling() -> Iterator[None]:
    """A block in which nothing else is done than compiling, or waiting for it.

    A kernel is compiled after the kernels that it calls, in blocks within its own: their time counts once.
    """
    global _seconds, _since, _inside
    with _lock:
        if not _inside:
            _since = time.perf_counter()
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if not _inside:
                _seconds += time.perf_counter() - _since


def compiling_time() -> float:
    """Seconds so far."""
    with _lock:
        return _seconds + (time.perf_counter() - _since if _inside else 0.0)


def working_time() -> float:
    """Seconds by a clock that stands still while kernels are compiled; only differences mean something."""
    return time.perf_counter() - compiling_time()


def _begin_anew() -> None:
    """In a process that was forked: what other threads were waiting for, they wait for elsewhere."""
    global _inside, _lock
    _inside, _lock = 0, threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)

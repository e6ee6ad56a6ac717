"""How long this process has waited for kernels to be compiled: who measures a training leaves that out."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

_seconds = 0.0


@contextmanager
def compiling() -> Iterator[None]:
    """A block in which nothing else is done than compiling, or waiting for it."""
    global _seconds
    began = time.perf_counter()
    try:
        yield
    finally:
        _seconds += time.perf_counter() - began


def compiling_time() -> float:
    """Seconds so far."""
    return _seconds


def working_time() -> float:
    """Seconds by a clock that stands still while kernels are compiled; only differences mean something."""
    return time.perf_counter() - _seconds

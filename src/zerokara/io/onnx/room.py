"""What a network may ask of this machine, and the batch that is running."""

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from zerokara.arrays import Shape

_BATCH: ContextVar[tuple[int, int] | None] = ContextVar("_BATCH", default=None)


def check_room(shape: Shape, dtype: "np.dtype[Any]") -> None:
    """Refuse a shape that no array can have, or that this machine has no memory for."""
    if any(n < 0 for n in shape):
        raise ValueError(f"an array cannot have the shape {shape}")
    wanted, there = math.prod(shape) * dtype.itemsize, _memory()
    if wanted > there:
        raise ValueError(
            f"an array of shape {shape} takes {wanted / 1e9:,.1f} GB; this machine has {there / 1e9:,.1f} GB of memory"
        )


def _memory() -> int:
    """The memory of the machine in bytes; where it is not told, what can be addressed."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 2**47


@contextmanager
def batch_of(declared: int | str | None, given: int) -> Iterator[None]:
    """Within the block, a network that was declared for batches of one length runs on one of another."""
    differs = isinstance(declared, int) and declared != given
    token = _BATCH.set((int(declared), given) if differs else None)  # type: ignore[arg-type]
    try:
        yield
    finally:
        _BATCH.reset(token)


def batch_length(length: int) -> int | None:
    """The length of the batch that runs, if `length` is the one declared, and another one; else None."""
    batch = _BATCH.get()
    return batch[1] if batch is not None and batch[0] == length else None

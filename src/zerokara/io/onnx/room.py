"""What a network may ask of this machine, and the batch that is running."""

import math
import os
from collections.abc import Iterator, Sequence
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
def batch_of(declared: int, given: int) -> Iterator[None]:
    """Within the block, `declared` at the beginning of a new shape means the batch, which has `given` examples."""
    token = _BATCH.set((declared, given))
    try:
        yield
    finally:
        _BATCH.reset(token)


def of_batch(shape: Sequence[int]) -> list[int]:
    """A shape that an operator is told, with the length of the batch that runs where it begins with the file's."""
    batch = _BATCH.get()
    begins = batch is not None and len(shape) > 0 and shape[0] == batch[0]
    return [batch[1], *shape[1:]] if batch is not None and begins else list(shape)

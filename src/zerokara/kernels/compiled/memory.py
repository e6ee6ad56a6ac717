"""Keep the memory of one training step for the next.

A step allocates and frees the same large arrays again and again. By default the C library gives each of them back to
the system, which then hands out new pages, one fault and one page of zeros at a time: about half of the time of a step
of a small network. Told to keep them, it reuses memory that is still in the cache. This concerns the whole process;
up to 1 GiB of free memory is kept. Only glibc (Linux) has these settings; elsewhere nothing happens.

Recorded steps have memory of their own, see `pages`; before they take it, what is kept is given back.
"""

import ctypes
import mmap
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from math import prod
from typing import Any

import numpy as np

from zerokara.arrays import Array, DTypeLike, Shape

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # the numbers that malloc.h gives to these settings
_KEPT = 1 << 30
_LARGE_PAGE = 2 << 20  # bytes of a large page on x86 and most ARM
LARGE_ARRAY = 1 << 18  # bytes from which on an array gets pages of its own


def keep_freed_memory() -> bool:
    """Raise malloc's limits. True if the C library has them."""
    if not sys.platform.startswith("linux"):
        return False
    set_limit = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_limit is None:
        return False
    raised = set_limit(_MMAP_THRESHOLD, _KEPT) or set_limit(_MMAP_THRESHOLD, 32 << 20)
    return bool(raised and set_limit(_TRIM_THRESHOLD, _KEPT))


def give_back() -> None:
    """Let the system have what has been freed and kept: whoever reserves much memory elsewhere must not pay twice."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform.startswith("linux") else None
    if trim is not None:
        trim(0)


def pages(size: int) -> Array:
    """At least so many bytes with undefined contents, in large pages where the system has them.

    A step that walks through 100 MB in pages of 4 KiB waits for their addresses: Inception's takes a tenth longer.
    NumPy asks for large ones, too, but malloc may answer from memory that was handed out in small ones before.
    """
    if not hasattr(mmap, "MADV_HUGEPAGE"):  # Linux has it
        return np.empty(size, np.uint8)
    room = mmap.mmap(-1, size + _LARGE_PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    with suppress(OSError):  # a kernel without them: then small ones
        room.madvise(mmap.MADV_HUGEPAGE)
    found: Array = np.frombuffer(room, np.uint8)  # keeps the mapping
    return found[-found.ctypes.data % _LARGE_PAGE :][:size]


def untouched(shape: int | Shape, dtype: DTypeLike) -> Array:
    """Zeros that take no memory until somebody writes to them, and give it back at once.

    `np.zeros` of many MiB would be handed memory that was freed before, and fill it: the outlines of a step that is
    being recorded would take as much memory as the step.
    """
    kind = np.dtype(dtype)
    lengths = (shape,) if isinstance(shape, int) else tuple(shape)
    count = prod(lengths)
    if count * kind.itemsize < LARGE_ARRAY:
        return np.zeros(lengths, kind)
    found: Array = np.frombuffer(mmap.mmap(-1, count * kind.itemsize), kind).reshape(lengths)
    return found


def untouched_result(ufunc: np.ufunc, args: tuple[Any, ...]) -> Array:
    """Such zeros with the shape, dtype and layout of what a ufunc gives."""
    dtype = ufunc(*(a[(slice(1),) * a.ndim] if isinstance(a, np.ndarray) else a for a in args)).dtype
    arrays = [a for a in args if isinstance(a, np.ndarray)]
    uses: Any = [["readonly"] for _ in arrays]
    uses.append(["writeonly", "allocate"])
    walk = np.nditer([*arrays, None], ["zerosize_ok"], uses, [*(a.dtype for a in arrays), dtype])
    chosen = walk.operands[-1]  # the array of which ufuncs think; nothing was written there
    return np.ndarray(chosen.shape, dtype, untouched(chosen.size, dtype), strides=chosen.strides)


Allocate = Callable[[Shape, DTypeLike], Array]

_allocate: ContextVar[Allocate] = ContextVar("_allocate", default=np.empty)


def empty(shape: Shape, dtype: DTypeLike) -> Array:
    """A new array with undefined contents. Everything that a kernel needs beyond its arguments comes from here."""
    return _allocate.get()(shape, dtype)


@contextmanager
def allocating(allocate: Allocate) -> Iterator[None]:
    """A block in which `empty` asks someone else for memory: while a step is being recorded, its arena."""
    token = _allocate.set(allocate)
    try:
        yield
    finally:
        _allocate.reset(token)

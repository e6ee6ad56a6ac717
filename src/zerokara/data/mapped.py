"""Examples that lie in a mapped file (`numpy.memmap`), taken in any order.

A system that is asked for one page reads many more behind it: good for whoever reads on, but of examples taken at
random it reads ten or a hundred times what is needed. Here it is told that the order is random, and then, batch by
batch, which examples come next, all of them at once.
"""

import mmap
from contextlib import suppress

import numpy as np

from zerokara.arrays import Array


class Mapped:
    """The file behind an array of examples, whose reading is announced."""

    def __init__(self, file: mmap.mmap, start: int, size: int) -> None:
        self._file, self._start, self._size = file, start, size
        with suppress(OSError):
            file.madvise(mmap.MADV_RANDOM)

    def __reduce__(self) -> tuple[type[None], tuple[()]]:
        """In a copy the examples are in memory: there is nothing to announce."""
        return type(None), ()

    def announce(self, chosen: Array) -> None:
        """These examples, numbers from 0 on, are about to be read."""
        for index in chosen.tolist():
            place = self._start + index * self._size
            first = place // mmap.PAGESIZE * mmap.PAGESIZE
            with suppress(OSError):  # advice only
                self._file.madvise(mmap.MADV_WILLNEED, first, place + self._size - first)


def mapped(examples: Array) -> Mapped | None:
    """What an array of examples reads from, if that is a mapped file in which they lie one after the other."""
    below: object = examples
    while isinstance(below, np.ndarray | memoryview):
        below = below.base if isinstance(below, np.ndarray) else below.obj
    if not isinstance(below, mmap.mmap) or not hasattr(below, "madvise"):  # Windows has no such advice
        return None
    if not examples.flags.c_contiguous or not examples.size:
        return None
    start = examples.ctypes.data - np.frombuffer(below, np.uint8).ctypes.data
    return Mapped(below, start, examples[0].nbytes)

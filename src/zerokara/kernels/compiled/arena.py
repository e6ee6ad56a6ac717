"""One place for all the memory of a recorded step.

The step is recorded once, so it is known when every array is needed for the last time. Arrays that are not needed at
the same time share memory: the first gap that is large enough is taken. Memory is reserved in large chunks; the
operating system provides pages only where something is written, so that what was reserved in vain costs nothing.
"""

from bisect import bisect_right, insort
from math import prod

import numpy as np

from zerokara.arrays import Array, DTypeLike, Shape
from zerokara.kernels.compiled.memory import give_back, pages

_CHUNK = 256 << 20
_ALIGNMENT = 128  # bytes: two lines of the cache, one or two vectors


class Arena:
    """Hands out arrays with undefined contents, and takes them back."""

    def __init__(self) -> None:
        self._chunks: list[tuple[int, Array]] = []  # (address, bytes), by address
        self._gaps: list[tuple[int, int]] = []  # (address, size), by address
        self._blocks: dict[int, int] = {}  # address → size of everything handed out
        self._starts: list[int] = []  # the addresses of the blocks, in order
        self.peak = 0
        self._used = 0

    def allocate(self, shape: Shape, dtype: DTypeLike) -> Array:
        """A new array in C order."""
        kind = np.dtype(dtype)
        lengths = (shape,) if isinstance(shape, int) else tuple(shape)
        size = prod(lengths) * kind.itemsize
        address = self._take(max(_ALIGNMENT, -(-size // _ALIGNMENT) * _ALIGNMENT))
        start, chunk = self._chunks[bisect_right(self._chunks, address, key=lambda c: c[0]) - 1]
        array: Array = chunk[address - start : address - start + size].view(kind).reshape(lengths)
        return array

    def block(self, array: Array) -> int | None:
        """The address of the block that an array, or view, lies in; None if it came from elsewhere."""
        address = array.__array_interface__["data"][0]
        place = bisect_right(self._starts, address) - 1
        if place < 0 or address >= self._starts[place] + self._blocks[self._starts[place]]:
            return None
        return self._starts[place]

    def owns(self, address: int) -> bool:
        """Whether this byte is part of what was reserved."""
        place = bisect_right(self._chunks, address, key=lambda c: c[0]) - 1
        return place >= 0 and address < self._chunks[place][0] + self._chunks[place][1].nbytes

    def live(self) -> set[int]:
        """The addresses of all blocks that are handed out."""
        return set(self._blocks)

    def release(self, address: int) -> None:
        """Take a block back; its neighbours' gaps and its own become one."""
        size = self._blocks.pop(address)
        self._starts.remove(address)
        self._used -= size
        place = bisect_right(self._gaps, (address, 0))
        if place < len(self._gaps) and self._gaps[place][0] == address + size:
            size += self._gaps.pop(place)[1]
        if place and sum(self._gaps[place - 1]) == address:
            before, length = self._gaps.pop(place - 1)
            address, size = before, size + length
        insort(self._gaps, (address, size))

    def _take(self, size: int) -> int:
        place = next((k for k, gap in enumerate(self._gaps) if gap[1] >= size), None)
        if place is None:
            self._reserve(size)
            return self._take(size)
        address, length = self._gaps[place]
        self._gaps[place : place + 1] = [(address + size, length - size)] if length > size else []
        self._blocks[address] = size
        insort(self._starts, address)
        self._used += size
        self.peak = max(self.peak, self._used)
        return address

    def _reserve(self, size: int) -> None:
        """A new chunk. Chunks never touch each other, so that no block lies in two of them."""
        give_back()
        chunk = pages(max(_CHUNK, size) + 2 * _ALIGNMENT)
        start = chunk.ctypes.data
        first = -(-start // _ALIGNMENT) * _ALIGNMENT + _ALIGNMENT
        insort(self._chunks, (start, chunk), key=lambda c: c[0])
        insort(self._gaps, (first, max(_CHUNK, size)))

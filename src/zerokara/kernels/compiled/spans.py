"""Which bytes a call reads and writes, and what follows from it: may two calls change places, or run at the same time?

They may if neither writes what the other reads or writes. Arrays are taken as all the bytes between their first and
their last: two views that interlock count as one, which can only forbid too much. These are pure functions of numbers;
nothing here knows what a kernel computes.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from zerokara.arrays import Array

Span = tuple[int, int]
"""The address of the first byte, and the one after the last."""

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Access:
    """What a call reads, and what it writes."""

    reads: tuple[Span, ...]
    writes: tuple[Span, ...]


def span(array: Array) -> Span:
    """The bytes from an array's first to its last."""
    if array.flags.c_contiguous:
        start = array.__array_interface__["data"][0]
        return start, start + array.nbytes
    low, high = np.lib.array_utils.byte_bounds(array)
    return int(low), int(high)


def access(read: Iterable[Array], written: Iterable[Array]) -> Access:
    """The bytes of these arrays; what has none is left out."""
    return Access(_spans(read), _spans(written))


def _spans(arrays: Iterable[Array]) -> tuple[Span, ...]:
    found = map(span, arrays)
    return tuple(dict.fromkeys(s for s in found if s[0] < s[1]))


def overlap(one: Iterable[Span], other: Sequence[Span]) -> bool:
    """Whether any byte is in both."""
    return any(a < d and c < b for a, b in one for c, d in other)


def conflict(first: Access, second: Access) -> str | None:
    """Why the second call must wait for the first; None if it need not."""
    if overlap(first.writes, second.reads):
        return "reads what the other writes"
    if overlap(first.reads, second.writes):
        return "writes what the other reads"
    if overlap(first.writes, second.writes):
        return "writes what the other writes, too"
    return None


class Intervals(Generic[V]):
    """A value for every byte of the memory: the one that was last put there. Most bytes have none."""

    def __init__(self) -> None:
        self._ends: list[int] = []  # of the pieces, which do not overlap and lie in order
        self._pieces: list[tuple[int, int, V]] = []

    def over(self, place: Span) -> list[tuple[int, int, V]]:
        """(start, end, value) of everything known about these bytes, in order."""
        start, end = place
        found = []
        for k in range(bisect_left(self._ends, start + 1), len(self._pieces)):
            a, b, value = self._pieces[k]
            if a >= end:
                break
            found.append((max(a, start), min(b, end), value))
        return found

    def gaps(self, place: Span) -> list[Span]:
        """The bytes that nothing is known about."""
        at, found = place[0], []
        for start, end, _ in self.over(place):
            if start > at:
                found.append((at, start))
            at = end
        return [*found, (at, place[1])] if at < place[1] else found

    def put(self, place: Span, value: V) -> None:
        """These bytes have this value from now on."""
        start, end = place
        if start >= end:
            return
        first = last = bisect_left(self._ends, start + 1)
        kept: list[tuple[int, int, V]] = [(start, end, value)]
        while last < len(self._pieces) and self._pieces[last][0] < end:
            a, b, before = self._pieces[last]
            if a < start:
                kept.insert(0, (a, start, before))
            if b > end:
                kept.append((end, b, before))
            last += 1
        self._pieces[first:last] = kept
        self._ends[first:last] = [piece[1] for piece in kept]


def levels(calls: Sequence[Access]) -> list[int]:
    """The earliest round in which each call may run, so that whoever conflicts keeps the order of the list.

    Calls of one round do not conflict. 0 is the first round.
    """
    written: Intervals[int] = Intervals()
    read: Intervals[int] = Intervals()
    found: list[int] = []
    for each in calls:
        before = [value for place in (*each.reads, *each.writes) for *_, value in written.over(place)]
        before += [value for place in each.writes for *_, value in read.over(place)]
        level = max(before, default=-1) + 1
        found.append(level)
        for place in each.reads:
            read.put(place, max((level, *(value for *_, value in read.over(place)))))
        for place in each.writes:
            written.put(place, level)
    return found

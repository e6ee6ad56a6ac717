"""A recorded step: kernel calls in a row, run by all threads without Python between them.

An instruction is a kernel with one or more parts that can run at the same time: the entry of the kernel, and the words
of its arguments. A group are instructions that do not need each other's results, with all their parts; `crew` runs one
group after another. For every instruction it is kept which memory it reads and which it writes, as its kernel declares:
only where these show that nothing can change do instructions move into one group (`Program.bring_together`), and the
`proof` walks through them once more.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.kernels.compiled import crew
from zerokara.kernels.compiled.build import Planned, code_of, declared
from zerokara.kernels.compiled.entry import words
from zerokara.kernels.compiled.spans import Access, access, levels

Call = tuple[int, list[int]]
"""The entry of a kernel, and the words of its arguments."""


@dataclass(slots=True)
class Instruction:
    """A kernel with the parts that share its work."""

    kernel: str
    parts: list[Call]
    access: Access
    owner: Any = None
    """The operation that it belongs to."""
    kept: Any = None
    """The arguments, so that their memory stays."""
    serial: int = field(default_factory=count().__next__)
    """The order in which instructions were written down."""

    def __str__(self) -> str:
        return self.kernel if self.owner is None else f"{self.kernel} (of {self.owner.name})"


class Program:
    """Instructions in a row. `record` is what `threads.recorded_by` wants; `run` does all of it."""

    def __init__(self) -> None:
        self.groups: list[list[Instruction]] = []
        self.owner: Any = None
        """The operation whose calls are being recorded."""
        self._ready = False

    def __len__(self) -> int:
        return len(self.groups)

    def record(self, function: Any, calls: Sequence[tuple[Any, ...]]) -> None:
        """Add an instruction, as a group of its own: one call per part, all at the same time."""
        kernel, made = declared(function), None if isinstance(function, Planned) else code_of(function)
        read: dict[int, Array] = {}
        written: dict[int, Array] = {}
        for args in calls:
            for name, array in zip(kernel.parameters, args, strict=True):
                if isinstance(array, np.ndarray):
                    (written if name in kernel.writes else read)[id(array)] = array
        for key in written:
            read.pop(key, None)  # one that is written and stands in the place of an array that there is not
        parts = [(made.entry, words(made.kinds, args)) if made else (0, []) for args in calls]
        kept = *read.values(), *written.values()
        touched = access(read.values(), written.values())
        self.groups.append([Instruction(kernel.name, parts, touched, self.owner, kept)])
        self._ready = False

    def bring_together(self, first: int) -> None:
        """Let the instructions from group number `first` on run at the same time, as far as nothing can change.

        An instruction goes into the earliest group that is after all those it conflicts with.
        """
        waiting = [instruction for group in self.groups[first:] for instruction in group]
        places = levels([instruction.access for instruction in waiting])
        self.groups[first:] = [[] for _ in range(max(places, default=-1) + 1)]
        for instruction, place in zip(waiting, places, strict=True):
            self.groups[first + place].append(instruction)
        self._ready = False

    def forget(self, first: int) -> None:
        """Take back the groups from number `first` on."""
        del self.groups[first:]
        self._ready = False

    def places(self, memory: Array) -> list[tuple[int, int]]:
        """Where the words are that point into a block of memory, and how far from its start each of them points."""
        self._assemble()
        start = memory.ctypes.data
        found = np.nonzero((self._words >= start) & (self._words < start + max(memory.nbytes, 1)))[0]
        return list(zip(found.tolist(), (self._words[found] - start).tolist(), strict=True))

    def point(self, places: list[tuple[int, int]], address: int) -> None:
        """Let those words point into another block, at this address."""
        words = self._writable  # they are few: NumPy's own indexing would take longer
        for word, apart in places:
            words[word] = apart + address

    def run(self) -> None:
        """Run all instructions on all threads."""
        self._assemble()
        if self.groups:
            crew.run(self._work)

    def calls(self) -> list[list[list[tuple[int, int]]]]:
        """For every group and instruction its parts, as (entry, address of the words)."""
        self._assemble()
        address = self._words.ctypes.data
        found: list[list[list[tuple[int, int]]]] = []
        for group in self.groups:
            found.append([])
            for instruction in group:
                found[-1].append([])
                for code, row in instruction.parts:
                    found[-1][-1].append((code, address))
                    address += 8 * len(row)
        return found

    def _assemble(self) -> None:
        """Lay out the words in one array, and the table that points into it."""
        if self._ready:
            return
        self._give_up_table()
        groups = [[part for instruction in group for part in instruction.parts] for group in self.groups]
        rows = [row for group in groups for _, row in group]
        self._words = np.array([word for row in rows for word in row] or [0], np.int64)
        self._writable = self._words.data
        chains, address, table = _chained(groups), self._words.ctypes.data, []
        for group in chains:
            table.append(len(group))
            for chain in group:
                table.append(len(chain))
                for code, row in chain:
                    table += [code, address]
                    address += 8 * len(row)
        self._table = np.array(table or [0], np.int64)
        self._claims = np.zeros(max(1, sum(map(len, chains))), np.int64)
        pointers = self._table.ctypes.data, len(chains), self._claims.ctypes.data
        self._work = np.array([*pointers, 0], np.int64)  # then: how often it has run
        self._ready = True

    def _give_up_table(self) -> None:
        if hasattr(self, "_table"):
            crew.bury(self._table, self._claims)

    def __del__(self, is_ending: Callable[[], bool] = sys.is_finalizing) -> None:
        if not is_ending():  # else the crew may be gone already, and so is everything soon
            self._give_up_table()


def _chained(groups: list[list[Call]]) -> list[list[list[Call]]]:
    """The groups with each part as a chain of calls: groups of a single part in a row become one chain.

    One thread does them all, then, and nobody has to wait in between.
    """
    chained: list[list[list[Call]]] = []
    for group in groups:
        if len(group) == 1 and chained and len(chained[-1]) == 1:
            chained[-1][0].append(group[0])
        else:
            chained.append([[call] for call in group])
    return chained

"""A recorded step tried out, slowly: do its kernels do what they declare, in whatever order their parts are run?

With ZEROKARA_CHECK=1 the first replay of every recording is made here, one call after another, twice: the parts of each
group from the first to the last, and, on the memory as it was before, from the last to the first. Both must leave the
same bits, and nothing else may have changed. What is found here is a fault of a kernel, where `proof` finds faults of
the order of calls.
"""

import ctypes
import os
from collections.abc import Iterable
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.kernels.compiled import crew
from zerokara.kernels.compiled.program import Instruction, Program
from zerokara.kernels.compiled.proof import ProofError
from zerokara.kernels.compiled.spans import Span


def wanted() -> bool:
    """Whether the environment asks for it: ZEROKARA_CHECK=1."""
    return os.environ.get("ZEROKARA_CHECK", "") == "1"


def run(parts: Iterable[Any]) -> None:
    """Do what these programs and calls from Python do; raises ProofError where it depends on the order of parts."""
    for part in parts:
        if isinstance(part, Program):
            for group, calls in zip(part.groups, part.calls(), strict=True):
                _try(group, calls)
        else:
            part.run()


def _try(group: list[Instruction], calls: list[list[tuple[int, int]]]) -> None:
    """One group, in both orders."""
    written = {place for instruction in group for place in instruction.access.writes}
    read = {place for instruction in group for place in instruction.access.reads}
    before = {place: _bytes(place).copy() for place in written | read}
    in_order = [call for each in calls for call in each]
    crew.run_alone(in_order)
    for place in read:
        if _changed_outside(place, before[place], written):
            raise ProofError(f"{_names(group)} changed {place[1] - place[0]} bytes that it only reads, as declared")
    once = {place: _bytes(place).copy() for place in written}
    for place in written:
        _bytes(place)[...] = before[place]
    crew.run_alone(in_order[::-1])
    for place in written:
        if not np.array_equal(_bytes(place), once[place]):
            raise ProofError(f"{_names(group)}: its parts, run in another order, leave other numbers")


def _changed_outside(place: Span, before: Array, written: set[Span]) -> bool:
    """Whether bytes have changed there that nobody has said to write."""
    differs = np.flatnonzero(_bytes(place) != before) + place[0]
    for start, end in written:
        differs = differs[(differs < start) | (differs >= end)]
    return len(differs) > 0


def _bytes(place: Span) -> Array:
    """The memory itself."""
    return np.ctypeslib.as_array((ctypes.c_uint8 * (place[1] - place[0])).from_address(place[0]))


def _names(group: list[Instruction]) -> str:
    return " and ".join(dict.fromkeys(str(instruction) for instruction in group))

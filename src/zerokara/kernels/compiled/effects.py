"""What the operations of a trace read and change beyond their results, and which of them must keep their order.

A value that an operation makes is made once and never changed; its order follows from who uses it. Arrays from outside
(parameters, running statistics, the state of an optimizer) are changed in place, and a view of one sees what is written
into it later, as in NumPy. They are told apart by where they lie: arrays that share bytes, also through others, are one
*place*, so two names, two views or two parameters of one piece of memory are found by their addresses.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.kernels.compiled.native import NATIVE, VIEWS
from zerokara.kernels.compiled.spans import Span, span
from zerokara.kernels.tracing import WRITTEN, Operation, Trace, Value

CHANGED: dict[str, tuple[int, ...]] = {**WRITTEN, "look": (), "repeat": ()}
"""Operations without results: which of their arguments they change. One that is not listed may change all of them."""

_REDUCTIONS = "sum", "prod", "max", "amax", "min", "amin", "mean", "var", "std", "any", "all", "argmax", "argmin"
_NUMPYS = frozenset((*_REDUCTIONS, "cumsum", "where", "concatenate", "stack", "clip", "astype"))
"""Functions of NumPy's that never raise because of a number."""

RAISES = -1
"""A place that stands for "the step may end here": what may raise writes it, what changes arrays reads it."""


@dataclass(frozen=True, slots=True)
class Effect:
    """Values used and made, and places read and written."""

    uses: frozenset[int]
    makes: frozenset[int]
    reads: frozenset[int]
    writes: frozenset[int]

    def before(self, other: "Effect") -> bool:
        """Whether `other`, which comes later, must stay behind this one."""
        return not (
            self.writes.isdisjoint(other.writes)
            and self.writes.isdisjoint(other.reads)
            and self.reads.isdisjoint(other.writes)
            and self.makes.isdisjoint(other.uses)
        )


class Effects:
    """The effects of operations of one trace (also of fused ones that stand for some of them)."""

    def __init__(self, trace: Trace, operations: Sequence[Operation]) -> None:
        self._trace = trace
        arrays = {id(a): a for a in trace.constants.values()}
        for operation in operations:
            arrays.update((id(a), a) for a in given(operation)[1])
        for shown in trace.shows.values():
            arrays.update((id(a), a) for a in shown if isinstance(a, np.ndarray))
        self._place_of = _places(arrays)
        self._places: dict[int, frozenset[int]] = {}

    def of(self, operation: Operation) -> Effect:
        """What one operation does."""
        numbers, arrays = given(operation)
        reads = self._of_all(numbers, arrays)
        writes: frozenset[int] = frozenset()
        if not operation.results:
            changed = CHANGED.get(operation.name)
            writes = reads if changed is None else self._of_all(*_among([operation.args[k] for k in changed]))
        if writes:
            reads |= {RAISES}
        if _may_raise(operation):
            writes |= {RAISES}
        return Effect(frozenset(numbers), frozenset(operation.results), reads, writes)

    def places(self, number: int) -> frozenset[int]:
        """Where the memory of a value may be, if it is an array from outside or a view of one."""
        found = self._places.get(number)
        if found is None:
            found = frozenset()
            if number in self._trace.constants:
                found = frozenset((self._place_of[id(self._trace.constants[number])],))
            for shown in self._trace.shows.get(number, ()):
                found |= self.places(shown.number) if isinstance(shown, Value) else {self._place_of[id(shown)]}
            self._places[number] = found
        return found

    def _of_all(self, numbers: Iterable[int], arrays: Iterable[Array]) -> frozenset[int]:
        found = {self._place_of[id(array)] for array in arrays}
        for number in numbers:
            found |= self.places(number)
        return frozenset(found)


def given(operation: Operation, first: int = 0) -> tuple[set[int], list[Array]]:
    """The values among the arguments of an operation, from number `first` on, and the arrays that are no values."""
    return _among((operation.args[first:], operation.kwargs))


def used(operation: Operation) -> set[int]:
    """The values among the arguments of an operation."""
    return given(operation)[0]


def _among(arguments: Any) -> tuple[set[int], list[Array]]:
    numbers: set[int] = set()
    arrays: list[Array] = []
    waiting = [arguments]
    while waiting:
        found = waiting.pop()
        if isinstance(found, Value):
            numbers.add(found.number)
        elif isinstance(found, np.ndarray):
            arrays.append(found)
        elif isinstance(found, tuple | list):
            waiting.extend(found)
        elif isinstance(found, dict):
            waiting.extend(found.values())
        elif isinstance(found, slice):
            waiting += [found.start, found.stop, found.step]
    return numbers, arrays


def _places(arrays: dict[int, Array]) -> dict[int, int]:
    """A number for each array: the same for arrays that share bytes."""
    spans: list[tuple[Span, int]] = sorted((span(array), key) for key, array in arrays.items())
    places, place, end = {}, 0, 0
    for (start, stop), key in spans:
        if start >= end:
            place += 1
        end = max(end, stop)
        places[key] = place
    return places


def _may_raise(operation: Operation) -> bool:
    """Whether the step may end here: a look at numbers, an index that is computed, a function that is not known."""
    if operation.name in ("getitem", "scatter"):
        return any(given(operation, 1))
    if operation.name in NATIVE or operation.name in VIEWS or operation.name in CHANGED or operation.name in _NUMPYS:
        return operation.name == "look"
    function = operation.function
    module = getattr(function, "__module__", None) or ""
    return not (
        isinstance(function, np.ufunc)
        or isinstance(getattr(function, "__self__", None), np.ufunc)
        or module.startswith("zerokara.kernels.reference")
    )

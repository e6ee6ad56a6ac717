"""A trace: what a step does, written down in order."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np

from zerokara.arrays import Array, Shape
from zerokara.kernels.tracing.operation import Operation, Value, refuse, replaced
from zerokara.kernels.tracing.traced import Traced, any_index, flat, plain, writing


@dataclass
class Trace:
    """What a step does, in order. `kernel` finds the function of a kernel by its name."""

    kernel: Callable[[str], Callable[..., Any]]
    outline: Callable[..., Any] = lambda function, args, kwargs: function(*args, **kwargs)
    """Calls a kernel for the shape of what it gives: with kernels that can be told to compute nothing, they are."""
    operations: list[Operation] = field(default_factory=list)
    before: list[Operation] = field(default_factory=list)
    """What happens outside the arrays, at the beginning of every replay."""
    specs: list[tuple[Shape, np.dtype[Any]]] = field(default_factory=list)
    """Shape and dtype of every value, by number."""
    constants: dict[int, Array] = field(default_factory=dict)
    """The values that are arrays from outside, such as parameters: by number. Read-only while the trace is written."""
    inputs: list[int] = field(default_factory=list)
    assumptions: list[Callable[[], bool]] = field(default_factory=list)
    shows: dict[int, tuple[Value | Array, ...]] = field(default_factory=dict)
    """The values that are views, as NumPy gives them: by number, the arrays whose memory they show."""
    picked: dict[int, int] = field(default_factory=dict)
    """The values that are a single number out of an array from outside, such as sizes[0]: out of which."""
    superseded: set[int] = field(default_factory=set)
    """The values in whose place others have come: see `placed`."""
    _replaced: dict[int, tuple[int, set[int]]] = field(default_factory=dict)
    """By number, what `placed` gave: in whose place, and the values that went out of use with that."""
    leaves: dict[int, Any] = field(default_factory=dict)
    """The tensors that got gradients, by id: after a replay they have none."""
    zeroed: set[int] = field(default_factory=set)
    """The ids of tensors whose gradient the step has forgotten, so far."""
    fresh: set[int] = field(default_factory=set)
    """The ids of those that were forgotten before they got a new one: what it was at the beginning is no matter."""
    _known: dict[int, Traced] = field(default_factory=dict)
    _locked: list[Array] = field(default_factory=list)
    _versions: dict[int, int] = field(default_factory=dict)  # id of the owner of the memory → writes so far
    _looked_at: set[int] = field(default_factory=set)

    def new(self, array: Array) -> Traced:
        """The next value, shaped like this array."""
        self.specs.append((array.shape, array.dtype))
        return Traced(array, self, len(self.specs) - 1)

    def input(self, array: Array) -> Traced:
        """A value that is given anew at every replay."""
        traced = self.new(array)
        self.inputs.append(traced.number)
        return traced

    def constant(self, array: Array) -> Traced:
        """An array from outside: the same array at every replay, with whatever it then holds.

        Until the trace is written the array itself is read-only: whoever changes it behind the back of the trace gets
        an error at that line.
        """
        if id(array) not in self._known:
            traced = self._known[id(array)] = self.new(array)
            self.constants[traced.number] = array
            if array.flags.writeable:
                array.flags.writeable = False
                self._locked.append(array)
        return self._known[id(array)]

    def unlock(self) -> None:
        """Let the arrays from outside be changed again."""
        waiting, self._locked = self._locked, []
        while waiting:  # a view may be written to only when its base may: bases first
            left = [array for array in waiting if not _unlocked(array)]
            if len(left) == len(waiting):
                return
            waiting = left

    def version(self, number: int) -> int:
        """How often the step has written, so far, to the memory that this value shows."""
        root = self.root(number)
        return 0 if root is None else self._versions.get(id(_owner(self.constants[root])), 0)

    def root(self, number: int) -> int | None:
        """The array from outside that a value is, or whose memory it shows; None if it is another's."""
        if number in self.constants:
            return number
        shown = (self.root(s.number) for s in self.shows.get(number, ()) if isinstance(s, Value))
        return next((root for root in shown if root is not None), None)

    def mutable(self, number: int) -> bool:
        """Whether a value is an array from outside, or a view of one: only these are changed in place."""
        shown = self.shows.get(number, ())
        return number in self.constants or any(not isinstance(s, Value) or self.mutable(s.number) for s in shown)

    def among(self, values: Any) -> bool:
        """Whether there is a traced array in a nest of values."""
        return any(isinstance(value, Traced) for value in flat(values))

    def placed(self, array: Any, place: Any, new: Any) -> Traced:
        """A new value: the array, with other numbers at a place. For what the step has computed or made itself.

        The old value, and all that shows its memory, are used no more: as the step is written they would have changed.
        """
        old = array if isinstance(array, Traced) else self.constant(array)
        self._assign_back(old.number, place, new)
        family = self._same_memory(old.number)
        if not family.isdisjoint(self.inputs):
            refuse("change in place what it was given: write y = y + x, or change y = x.clone()")
        found = np.array(old.array)
        if not any(isinstance(part, Traced) and part.dtype == np.bool_ for part in flat((place,))):
            found[any_index(place)] = plain(new)
        result = cast(Traced, self.note("placed", _placed, (old, place, new), {}, found))
        self._replaced[result.number] = old.number, family - self.superseded
        self.superseded |= family
        return result

    def _assign_back(self, number: int, place: Any, new: Any) -> None:
        """In `h[:2] += x` the new h[:2] is assigned to h[:2]: then h has not gone out of use in between."""
        view, family = self._replaced.get(new.number, (-1, set())) if isinstance(new, Traced) else (-1, set())
        if number not in family:
            return
        for operation in reversed(self.operations):
            if operation.results == (view,):
                source, index = operation.args[0], operation.args[1] if operation.name == "getitem" else None
                if source == Value(number) and _parts(index) == _parts(self._values(place)):
                    self.superseded -= family - {view}
                return

    def _same_memory(self, number: int) -> set[int]:
        """A value, all whose memory it shows, and all that show that memory."""
        family, before = {number}, 0
        while len(family) != before:
            before = len(family)
            for result, shown in self.shows.items():
                numbers = {value.number for value in shown if isinstance(value, Value)}
                if result in family or not family.isdisjoint(numbers):
                    family |= {result, *numbers}
        return family

    def expect_current(self, array: Any) -> None:
        """Refuse a value that was changed in place since it was made, or whose memory was."""
        traced = array if isinstance(array, Traced) else self._known.get(id(array))
        if traced is not None and traced.number in self.superseded:
            refuse(
                "use numbers that were changed in place under another name (h[0] and h, t and t.detach()): "
                "take .clone() of them before, or write y = y + x"
            )

    def writes(self, value: Any) -> int:
        """The same for any traced array, views of arrays from outside included, or for an array from outside."""
        return self._versions.get(id(_owner(value.array if isinstance(value, Traced) else value)), 0)

    def assume_same(self, array: Array) -> None:
        """The trace may be replayed only while this array from outside holds the numbers that it holds now."""
        if id(array) in self._looked_at:
            return
        self._looked_at.add(id(array))
        kept = array.copy()
        self.assumptions.append(lambda: kept.tobytes() == array.tobytes())

    def note(self, name: str, function: Callable[..., Any], args: Any, kwargs: Any, found: Any) -> Any:
        """Write down an operation; returns what it gave as traced arrays."""
        several = isinstance(found, tuple)
        arrays = found if several else () if found is None else (found,)
        results = tuple(self.new(np.asarray(a)) for a in arrays)
        numbers = tuple(r.number for r in results)
        for traced in results:
            self._note_view(name, traced, (args, kwargs))
        operation = Operation(name, function, self._values(args), self._values(kwargs), numbers)
        for target in operation.written:
            self._count_write(target)
        self.operations.append(operation)
        return results if several else results[0] if results else None

    def _note_view(self, name: str, result: Traced, arguments: Any) -> None:
        """A view sees what is later written into the array it shows; so it is kept which array that is."""
        shown: list[Value | Array] = []

        def look_at(given: Any) -> None:
            array = given.array if isinstance(given, Traced) else given
            if np.may_share_memory(result.array, array):
                shown.append(self._value(given))

        replaced(arguments, (Traced, np.ndarray), look_at)
        if shown:
            self.shows[result.number] = tuple(shown)
        elif name == "getitem" and result.ndim == 0:
            root = self.root(arguments[0][0].number)
            if root is not None and not self.version(root):
                self.picked[result.number] = root

    def _count_write(self, target: Any) -> None:
        array = target
        if isinstance(target, Value):
            root = self.root(target.number)
            array = None if root is None else self.constants[root]
        if array is not None:
            owner = id(_owner(array))
            self._versions[owner] = self._versions.get(owner, 0) + 1

    def _values(self, arguments: Any) -> Any:
        """The arguments with values in the place of traced arrays and of known arrays from outside."""
        return replaced(arguments, (Traced, np.ndarray), self._value)

    def _value(self, array: Any) -> Any:
        traced = array if isinstance(array, Traced) else self._known.get(id(array))
        if self.superseded:
            self.expect_current(array)
        return array if traced is None else Value(traced.number)


@contextmanager
def tracing(trace: Trace) -> Iterator[None]:
    """A block whose operations on traced arrays are written into `trace`."""
    token = writing.set(trace)
    try:
        with np.errstate(all="ignore"):  # stand-ins hold any numbers
            yield
    finally:
        writing.reset(token)


def _unlocked(array: Array) -> bool:
    try:
        array.flags.writeable = True
    except ValueError:
        return False
    return True


def _owner(array: Any) -> Any:
    """What owns the memory that an array shows."""
    while isinstance(array, np.ndarray) and array.base is not None:
        array = array.base
    return array


def _parts(index: Any) -> tuple[Any, ...]:
    """The parts of an index, to be compared; "…" behind them says nothing."""
    parts = index if isinstance(index, tuple) else (index,)
    parts = parts[:-1] if parts and parts[-1] is Ellipsis else parts
    return tuple((part.start, part.stop, part.step) if isinstance(part, slice) else part for part in parts)


def _placed(array: Array, index: Any, value: Any) -> Array:
    """A copy with array[index] ← value."""
    copy = np.array(array)
    copy[index] = value
    return copy

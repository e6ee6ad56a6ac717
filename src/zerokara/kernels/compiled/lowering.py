"""From a list of operations to machine code: every kernel is asked to write its calls down, in memory planned ahead.

A kernel's ordinary function, called while calls are being recorded, allocates its result in the arena and hands its
work to `threads.share`, which writes it into the program. Views cost nothing. What no kernel can do is called from
Python at every replay, between two programs. After the last use of a value its memory is free for others.
"""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.kernels.compiled import build, effects, memory, proof, replay, spans, threads
from zerokara.kernels.compiled.arena import Arena
from zerokara.kernels.compiled.effects import CHANGED, RAISES, Effects, used
from zerokara.kernels.compiled.native import NATIVE, VIEWS, dense
from zerokara.kernels.compiled.program import Instruction, Program
from zerokara.kernels.compiled.replay import FromPython, Replay
from zerokara.kernels.compiled.spans import Span
from zerokara.kernels.compiled.strided import copy_into
from zerokara.kernels.tracing import STEPS, NotNativeError, Operation, Trace, Value, replaced


def lower(trace: Trace, operations: list[Operation], outputs: Sequence[int]) -> Replay:
    """Make the machine code of a trace's operations (rewritten or not); `outputs` are the values wanted."""
    return _Lowering(trace, operations, outputs).replay()


class _Lowering:
    def __init__(self, trace: Trace, operations: list[Operation], outputs: Sequence[int]) -> None:
        if not any(operation.origins for operation in operations):  # not rewritten
            operations = [dataclasses.replace(o, origins=(k,)) for k, o in enumerate(operations)]
        self.trace, self.operations, self.outputs = trace, operations, outputs
        self.arena = Arena()
        self.arrays: dict[int, Array] = dict(trace.constants)
        self.before: list[FromPython] = []
        self.parts: list[Program | FromPython] = []
        self.kept = {*trace.inputs, *outputs, *(n for op in trace.before for n in op.results)}
        self.seen_by_python: set[int] = set()
        self.last_use = self._last_uses()
        self.tenants: dict[int, int] = {}  # block → number of values that live in it
        self.effects = Effects(trace, operations)
        changing = [(k, self.effects.of(o).writes - {RAISES}) for k, o in enumerate(operations) if not o.results]
        self.writers = [(k, writes) for k, writes in changing if writes]
        self.copied: dict[int, Operation] = {}  # views that were copied when they were made, and by whom

    def replay(self) -> Replay:
        """Go through all operations."""
        for number in self.trace.inputs:
            self._bind(number, self.arena.allocate(*self.trace.specs[number]))
        for operation in self.trace.before:
            self.before.append(self._before(operation))
        index = 0
        while index < len(self.operations):
            index = self._in_place_steps(index) if self.operations[index].name in STEPS else self._operation(index)
        inputs, outputs = ([self.arrays[n] for n in numbers] for numbers in (self.trace.inputs, self.outputs))
        # calls from Python, and who takes the results, know the arrays, not the words that say where they are
        shown = {n for op in self.trace.before for n in used(op)} | self.seen_by_python | self._inputs_in(outputs)
        copied = [n in shown for n in self.trace.inputs]
        if proof.wanted() and not build.is_incomplete():
            self._prove(copied)
        changed = [place for part in self._instructions() for place in part.access.writes if not self._planned(place)]
        return Replay(self.before, self.parts, inputs, copied, outputs, changed, self._late())

    # ── one operation ────────────────────────────────────────────────────────────────────────────────────────────

    def _operation(self, index: int) -> int:
        operation = self.owner = self.operations[index]
        blocks = self.arena.live()
        args, kwargs = self._given(operation.args), self._given(operation.kwargs)
        found = self._view(operation, index, args, kwargs)
        if found is None:
            found = self._native(operation, args, kwargs)
        if found is None:
            found = self._from_python(operation, args, kwargs)
        for number, array in zip(operation.results, found, strict=True):
            self._bind(number, array)
        for block in self.arena.live() - blocks - self.tenants.keys():
            self.arena.release(block)  # what the operation needed for itself
        self._expire(index)
        return index + 1

    def _view(self, operation: Operation, index: int, args: Any, kwargs: Any) -> tuple[Array, ...] | None:
        """None where that is no view, or a copy that the kernels do not make (numbers of two bytes, very many axes)."""
        try:
            return self._view_or_copy(operation, index, args, kwargs)
        except NotNativeError:
            return None

    def _view_or_copy(self, operation: Operation, index: int, args: Any, kwargs: Any) -> tuple[Array, ...] | None:
        """The same memory seen differently; copied if the new shape cannot be seen in it.

        NumPy's view of an array that is changed later in the step sees the change: such a one is never copied.
        """
        if operation.name not in VIEWS:
            return self._other_view(operation, args, kwargs)
        if operation.name == "getitem" and any(effects.given(operation, 1)):
            return None  # an index that is an array, perhaps not yet known, chooses numbers: never a view
        found = np.asarray(operation.function(*args, **kwargs))
        if np.may_share_memory(found, args[0]) or found.size == 0:
            part = operation.name == "getitem" and found.size > 0  # used by several kernels, it is copied only once
            if part and not self._changed_later(operation, index):
                dense_one = self._record(dense, (found,), {})
                if dense_one is not found:
                    self.copied[operation.results[0]] = operation
                found = dense_one
            return (found,)
        if operation.name != "reshape":
            return None
        straight = self.arena.allocate(args[0].shape, args[0].dtype)
        self._record(copy_into, (straight, args[0]), {})
        return (straight.reshape(found.shape),)

    def _other_view(self, operation: Operation, args: Any, kwargs: Any) -> tuple[Array, ...] | None:
        """What another function of NumPy's (`squeeze`, `ravel`, …) shows of an array that may be changed."""
        if not any(n in self.trace.shows and self.effects.places(n) for n in operation.results):
            return None
        found = operation.function(*args, **kwargs)
        arrays = found if isinstance(found, tuple) else (found,)
        given = [self.arrays[n] for n in used(operation)] + effects.given(operation)[1]
        if all(any(np.may_share_memory(array, each) for each in given) for array in arrays):
            return tuple(arrays)
        return None

    def _changed_later(self, operation: Operation, index: int) -> bool:
        """Whether somebody writes into the array that this view shows while the view, or a view of it, is in use."""
        number = operation.results[0]
        places = self.effects.places(number) if number in self.trace.shows else frozenset()
        if not places or not self.writers or self.writers[-1][0] < index:
            return False
        seen, end = {number}, -1
        for later in range(index + 1, len(self.operations)):
            if not seen.isdisjoint(used(self.operations[later])):
                end = later
                seen.update(n for n in self.operations[later].results if n in self.trace.shows)
        if not seen.isdisjoint(self.outputs):
            end = len(self.operations)
        return any(index < k <= end and not places.isdisjoint(writes) for k, writes in self.writers)

    def _native(self, operation: Operation, args: Any, kwargs: Any) -> tuple[Array, ...] | None:
        """As machine code, if a kernel can. NumPy's options (`dtype=`, `where=`) are NumPy's affair."""
        function = NATIVE.get(operation.name)
        if function is None or (kwargs and isinstance(operation.function, np.ufunc)):
            return None
        try:
            found = self._record(function, args, kwargs)
        except NotNativeError:
            return None
        return found if isinstance(found, tuple) else () if found is None else (found,)

    def _record(self, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """Let a kernel write its calls into the program."""
        program = self._program()
        length = len(program)
        program.owner = self.owner
        with threads.recorded_by(program.record), memory.allocating(self.arena.allocate):
            try:
                return function(*args, **kwargs)
            except NotNativeError:
                program.forget(length)
                raise

    def _from_python(self, operation: Operation, args: Any, kwargs: Any) -> tuple[Array, ...]:
        """By a call from Python at every replay, its results copied to where they are expected."""
        targets = tuple(self.arena.allocate(*self.trace.specs[number]) for number in operation.results)
        self.parts.append(self._call(operation, args, kwargs, targets))
        self.seen_by_python |= self._inputs_in([self.arrays[n] for n in used(operation)])
        for number in operation.results:
            if number in self.trace.shows:
                self.copied[number] = operation
        return targets

    def _in_place_steps(self, index: int) -> int:
        """Steps of an optimizer for several arrays: those that do not depend on one another need no barriers."""
        program, last, blocks = self._program(), index, self.arena.live()
        first = len(program)
        while last < len(self.operations) and self.operations[last].name in STEPS:
            operation = self.owner = self.operations[last]
            args, kwargs = self._given(operation.args), self._given(operation.kwargs)
            if self._native(operation, args, kwargs) is None:
                self._from_python(operation, args, kwargs)
                program.bring_together(first)
                program, first = self._program(), 0
            last += 1
        program.bring_together(first)
        for block in self.arena.live() - blocks - self.tenants.keys():
            self.arena.release(block)  # not before: memory used again would be a reason to wait
        for number in range(index, last):
            self._expire(number)
        return last

    def _before(self, operation: Operation) -> FromPython:
        """A call from Python before everything else."""
        targets = tuple(self.arena.allocate(*self.trace.specs[number]) for number in operation.results)
        for number, target in zip(operation.results, targets, strict=True):
            self._bind(number, target)
        return self._call(operation, self._given(operation.args), self._given(operation.kwargs), targets)

    def _call(self, operation: Operation, args: Any, kwargs: Any, targets: tuple[Array, ...]) -> FromPython:
        """The call, and what it touches."""
        numbers, arrays = effects.given(operation)
        read = [*(self.arrays[n] for n in numbers), *arrays]
        written: list[Array] = list(targets)
        if not operation.results:
            places = CHANGED.get(operation.name)
            changed = read if places is None else [args[k] for k in places]
            written += [array for array in changed if isinstance(array, np.ndarray)]
        instruction = Instruction("a call from Python", [], spans.access(read, written), operation)
        run = replay.action(operation.name, operation.function, args, kwargs, targets)
        return FromPython(run, instruction)

    def _program(self) -> Program:
        """The program that is being written."""
        if not self.parts or not isinstance(self.parts[-1], Program):
            self.parts.append(Program())
        program = self.parts[-1]
        assert isinstance(program, Program)
        return program

    def _inputs_in(self, arrays: Iterable[Array]) -> set[int]:
        """The inputs whose memory these arrays are, or show."""
        blocks = {self.arena.block(array) for array in arrays} - {None}
        return {n for n in self.trace.inputs if self.arena.block(self.arrays[n]) in blocks}

    # ── what is proved ───────────────────────────────────────────────────────────────────────────────────────────

    def _instructions(self) -> Iterator[Instruction]:
        for part in self.parts:
            if isinstance(part, Program):
                yield from (each for group in part.groups for each in group)
            else:
                yield part.instruction

    def _planned(self, place: Span) -> bool:
        """Whether these bytes are the step's own memory."""
        return self.arena.owns(place[0])

    def _late(self) -> list[bool]:
        """The inputs that are read after the step has written into arrays from outside."""
        first = min((min(self.operations[k].origins) for k, _ in self.writers), default=None)
        if first is None:
            return [False] * len(self.trace.inputs)
        showing: dict[int, set[int]] = {n: {n} for n in self.trace.inputs}
        late: set[int] = set(self._inputs_in(self.arrays[n] for n in self.outputs))
        for index, operation in enumerate(self.trace.operations):
            inputs: set[int] = set().union(*(showing.get(n, set()) for n in used(operation)))
            late |= inputs if index > first else set()
            showing.update((n, inputs) for n in operation.results if n in self.trace.shows)
        return [n in late for n in self.trace.inputs]

    def _prove(self, copied_in: list[bool]) -> None:
        """Walk through what has been lowered: see `proof`."""
        rounds: list[list[Instruction]] = [[action.instruction] for action in self.before]
        for part in self.parts:
            rounds.extend(part.groups if isinstance(part, Program) else [[part.instruction]])
        proof.keeps_order(self.trace, self.operations, self.outputs, self.copied)
        proof.has_no_races(rounds)
        proof.values_arrive(self.trace, rounds, self.operations, self.arrays, self.outputs, copied_in, self._planned)

    # ── whose memory is free ─────────────────────────────────────────────────────────────────────────────────────

    def _given(self, arguments: Any) -> Any:
        """The arguments with arrays in the place of values."""
        return replaced(arguments, Value, lambda value: self.arrays[value.number])

    def _bind(self, number: int, array: Array) -> None:
        self.arrays[number] = array
        block = self.arena.block(array)
        if block is not None:
            self.tenants[block] = self.tenants.get(block, 0) + 1

    def _expire(self, index: int) -> None:
        """Free the memory of values that operation `index` was the last to use."""
        for number in self.last_use.get(index, ()):
            block = self.arena.block(self.arrays[number])
            if block is None:
                continue
            self.tenants[block] -= 1
            if not self.tenants[block]:
                del self.tenants[block]
                self.arena.release(block)

    def _last_uses(self) -> dict[int, list[int]]:
        """For each operation the values that are needed no more after it."""
        last: dict[int, int] = {}
        for index, operation in enumerate(self.operations):
            for number in (*operation.results, *used(operation)):
                last[number] = index
        uses: dict[int, list[int]] = {}
        for number, index in last.items():
            if number not in self.kept and number not in self.trace.constants:
                uses.setdefault(index, []).append(number)
        return uses

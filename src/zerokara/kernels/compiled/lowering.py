"""From a list of operations to machine code: every kernel is asked to write its calls down, in memory planned ahead.

A kernel's ordinary function, called while calls are being recorded, allocates its result in the arena and hands its
work to `threads.share`, which writes it into the program. Views cost nothing. What no kernel can do is called from
Python at every replay, between two programs. After the last use of a value its memory is free for others.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.kernels.compiled import memory, threads
from zerokara.kernels.compiled.arena import Arena
from zerokara.kernels.compiled.native import IN_PLACE, NATIVE, VIEWS, dense
from zerokara.kernels.compiled.program import Program
from zerokara.kernels.compiled.strided import copy_into
from zerokara.kernels.tracing import NotNativeError, Operation, Trace, Value, replaced

Action = Callable[[], None]


class Replay:
    """A step as machine code: call it with the inputs, and the outputs hold the results."""

    def __init__(
        self,
        before: list[Action],
        parts: list[Program | Action],
        inputs: list[Array],
        copied: list[bool],
        outputs: list[Array],
    ) -> None:
        self.outputs = outputs
        self._before, self._runs = before, [p.run if isinstance(p, Program) else p for p in parts]
        self._inputs, self._copied = inputs, copied
        programs = [p for p in parts if isinstance(p, Program)]
        self._places = [[(p, p.places(i)) for p in programs] for i in inputs]
        self._addresses = [i.ctypes.data for i in inputs]

    def __call__(self, arrays: Sequence[Array]) -> None:
        """Run the step on these inputs, which have the shapes and dtypes of the recorded ones."""
        for number, array in enumerate(arrays):
            self._bind(number, array)
        for action in self._before:
            action()
        for run in self._runs:
            run()

    def _bind(self, number: int, array: Array) -> None:
        """Let the programs read an input where it is; copy it where that cannot be."""
        if self._copied[number] or not array.flags.carray:
            np.copyto(self._inputs[number], array)
            array = self._inputs[number]
        address = array.__array_interface__["data"][0]
        if address != self._addresses[number]:
            for program, where in self._places[number]:
                program.point(where, address)
            self._addresses[number] = address


def lower(trace: Trace, operations: list[Operation], outputs: Sequence[int]) -> Replay:
    """Make the machine code of a trace's operations (rewritten or not); `outputs` are the values wanted."""
    return _Lowering(trace, operations, outputs).replay()


class _Lowering:
    def __init__(self, trace: Trace, operations: list[Operation], outputs: Sequence[int]) -> None:
        self.trace, self.operations, self.outputs = trace, operations, outputs
        self.arena = Arena()
        self.arrays: dict[int, Array] = dict(trace.constants)
        self.parts: list[Program | Action] = []
        self.kept = {*trace.inputs, *outputs, *(n for op in trace.before for n in op.results)}
        self.seen_by_python: set[int] = set()
        self.last_use = self._last_uses()
        self.tenants: dict[int, int] = {}  # block → number of values that live in it

    def replay(self) -> Replay:
        """Go through all operations."""
        for number in self.trace.inputs:
            self._bind(number, self.arena.allocate(*self.trace.specs[number]))
        before = [self._before(operation) for operation in self.trace.before]
        index = 0
        while index < len(self.operations):
            index = self._in_place_steps(index) if self.operations[index].name in IN_PLACE else self._operation(index)
        inputs, outputs = ([self.arrays[n] for n in numbers] for numbers in (self.trace.inputs, self.outputs))
        # calls from Python know the arrays themselves, not the words that say where they are
        shown = {n for op in self.trace.before for n in _numbers(op.args)} | self.seen_by_python | set(self.outputs)
        return Replay(before, self.parts, inputs, [n in shown for n in self.trace.inputs], outputs)

    # ── one operation ────────────────────────────────────────────────────────────────────────────────────────────

    def _operation(self, index: int) -> int:
        operation = self.operations[index]
        blocks = self.arena.live()
        args, kwargs = self._given(operation.args), self._given(operation.kwargs)
        found = self._view(operation, args, kwargs)
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

    def _view(self, operation: Operation, args: Any, kwargs: Any) -> tuple[Array, ...] | None:
        """The same memory seen differently; copied if the new shape cannot be seen in it.

        None where that is no view, or a copy that the kernels do not make (numbers of two bytes, very many axes).
        """
        try:
            return self._view_or_copy(operation, args, kwargs) if operation.name in VIEWS else None
        except NotNativeError:
            return None

    def _view_or_copy(self, operation: Operation, args: Any, kwargs: Any) -> tuple[Array, ...] | None:
        found = np.asarray(operation.function(*args, **kwargs))
        if np.may_share_memory(found, args[0]) or found.size == 0:
            part = operation.name == "getitem" and found.size > 0  # used by several kernels, it is copied only once
            return (self._record(dense, (found,), {}) if part else found,)
        if operation.name != "reshape":
            return None
        straight = self.arena.allocate(args[0].shape, args[0].dtype)
        self._record(copy_into, (straight, args[0]), {})
        return (straight.reshape(found.shape),)

    def _native(self, operation: Operation, args: Any, kwargs: Any) -> tuple[Array, ...] | None:
        """As machine code, if a kernel can."""
        function = NATIVE.get(operation.name)
        if function is None:
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
        with threads.recorded_by(program.record), memory.allocating(self.arena.allocate):
            try:
                return function(*args, **kwargs)
            except NotNativeError:
                program.forget(length)
                raise

    def _from_python(self, operation: Operation, args: Any, kwargs: Any) -> tuple[Array, ...]:
        """By a call from Python at every replay, its results copied to where they are expected."""
        targets = tuple(self.arena.allocate(*self.trace.specs[number]) for number in operation.results)
        self.parts.append(_call(operation.function, args, kwargs, targets))
        used = {self.arena.block(self.arrays[n]) for n in (*_numbers(operation.args), *_numbers(operation.kwargs))}
        self.seen_by_python |= {n for n in self.trace.inputs if self.arena.block(self.arrays[n]) in used}
        return targets

    def _in_place_steps(self, index: int) -> int:
        """Steps of an optimizer for several arrays: they do not depend on one another, so no barriers are needed."""
        program, last = self._program(), index
        first = len(program)
        while last < len(self.operations) and self.operations[last].name in IN_PLACE:
            operation = self.operations[last]
            if self._native(operation, self._given(operation.args), self._given(operation.kwargs)) is None:
                self._from_python(operation, self._given(operation.args), self._given(operation.kwargs))
                program, first = self._program(), 0
            last += 1
        if self.parts[-1] is program:
            program.join(first)
        for number in range(index, last):
            self._expire(number)
        return last

    def _before(self, operation: Operation) -> Action:
        """A call from Python before everything else."""
        targets = tuple(self.arena.allocate(*self.trace.specs[number]) for number in operation.results)
        for number, target in zip(operation.results, targets, strict=True):
            self._bind(number, target)
        return _call(operation.function, self._given(operation.args), self._given(operation.kwargs), targets)

    def _program(self) -> Program:
        """The program that is being written."""
        if not self.parts or not isinstance(self.parts[-1], Program):
            self.parts.append(Program())
        program = self.parts[-1]
        assert isinstance(program, Program)
        return program

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
            for number in (*operation.results, *_numbers(operation.args), *_numbers(operation.kwargs)):
                last[number] = index
        uses: dict[int, list[int]] = {}
        for number, index in last.items():
            if number not in self.kept and number not in self.trace.constants:
                uses.setdefault(index, []).append(number)
        return uses


def _numbers(arguments: Any) -> list[int]:
    """The values in a nest of arguments."""
    found: list[int] = []
    replaced(arguments, Value, lambda value: found.append(value.number))
    return found


def _call(function: Callable[..., Any], args: Any, kwargs: Any, targets: tuple[Array, ...]) -> Action:
    """The call, with its results copied into the targets."""
    if not targets and not kwargs:
        return partial(function, *args)
    if len(targets) == 1 and not args and not kwargs:
        (only,) = targets

        def renew() -> None:
            only[...] = function()

        return renew

    def action() -> None:
        found = function(*args, **kwargs)
        for target, array in zip(targets, found if isinstance(found, tuple) else (found,), strict=False):
            np.copyto(target, array)

    return action

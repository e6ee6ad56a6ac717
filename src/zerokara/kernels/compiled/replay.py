"""A recorded step, ready to be replayed: programs and calls from Python, and where its inputs and outputs lie."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from struct import Struct
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.kernels.compiled import trial
from zerokara.kernels.compiled.program import Instruction, Program
from zerokara.kernels.compiled.spans import Span, span
from zerokara.kernels.tracing import CaptureError

Action = Callable[[], None]
_MOST = 256  # addresses of an input that are known to lie where the step writes nothing


@dataclass(slots=True)
class FromPython:
    """A call that Python makes at every replay, and what it reads and writes."""

    run: Action
    instruction: Instruction


class Replay:
    """A step as machine code: call it with the inputs, and the outputs hold the results.

    `copied`: the inputs that must be copied to where the recording had them, because somebody knows the array and not
    only the words that say where it is. `changed`: what the step writes besides its own memory; `late`: the inputs that
    it reads after it has written there.
    """

    def __init__(
        self,
        before: list[FromPython],
        parts: list[Program | FromPython],
        inputs: list[Array],
        copied: list[bool],
        outputs: list[Array],
        changed: Sequence[Span],
        late: Sequence[bool],
    ) -> None:
        self.outputs = outputs
        self._before = [action.run for action in before]
        self._parts, self._runs = parts, [part.run for part in parts]
        self._tried = not trial.wanted()
        self._inputs, self._copied = inputs, [c or not self._tried for c in copied]
        programs = [p for p in parts if isinstance(p, Program)]
        self._places = [[(p, p.places(i)) for p in programs] for i in inputs]
        self._homes = [i.ctypes.data for i in inputs]
        self._addresses = [*self._homes]
        self._changed, self._late = _merged(changed), late
        self._elsewhere: list[set[int]] = [{home} for home in self._homes]  # where the step is known to write nothing

    def __call__(self, arrays: Sequence[Array]) -> None:
        """Run the step on these inputs, which have the shapes and dtypes of the recorded ones."""
        for number, array in enumerate(arrays):
            self._bind(number, array)
        for action in self._before:
            action()
        if not self._tried:
            self._tried = True
            trial.run(self._parts)
            return
        for run in self._runs:
            run()

    def _bind(self, number: int, array: Array) -> None:
        """Let the programs read an input where it is; copy it where that cannot be."""
        flags = array.flags
        if self._copied[number] or not (flags.c_contiguous and flags.aligned):
            if self._late[number]:
                self._is_changed(number, span(array))
            np.copyto(self._inputs[number], array)
            address = self._homes[number]
        else:
            address = array.__array_interface__["data"][0]
        if address == self._addresses[number]:
            return
        elsewhere = self._elsewhere[number]
        if address not in elsewhere:
            if self._is_changed(number, (address, address + array.nbytes)):
                np.copyto(self._inputs[number], array)
                address = self._homes[number]
            if len(elsewhere) >= _MOST:
                elsewhere.clear()
            elsewhere.add(address)
        for program, where in self._places[number]:
            program.point(where, address)
        self._addresses[number] = address

    def _is_changed(self, number: int, place: Span) -> bool:
        """Whether the step writes into the memory of this input: it must read what was there before, then."""
        start, end = place
        last = bisect_right(self._changed, (end,)) - 1  # the last of the changed places that begins before the end
        if last < 0 or self._changed[last][1] <= start or start == end:
            return False
        if self._late[number]:
            raise CaptureError(
                "an argument of this step lies in memory that the step changes (a parameter, for instance), and is "
                "used again after that: give the step a copy of it"
            )
        return True


def _merged(spans: Sequence[Span]) -> list[Span]:
    """The same bytes, in order, none twice."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def action(name: str, function: Callable[..., Any], args: Any, kwargs: Any, targets: tuple[Array, ...]) -> Action:
    """The call, with its results copied into the targets."""
    if not targets and not kwargs:
        return partial(function, *args)
    if len(targets) == 1 and not args and not kwargs:
        return _renewing(name, function, targets[0])

    def call() -> None:
        found = function(*args, **kwargs)
        if not targets:
            return
        arrays = found if isinstance(found, tuple) else (found,)
        if len(arrays) != len(targets):
            raise CaptureError(f"{name} gave {len(arrays)} results; {len(targets)} when the step was recorded")
        for target, array in zip(targets, arrays, strict=True):
            _put(name, target, np.asarray(array))

    return call


def _renewing(name: str, function: Callable[[], Any], target: Array) -> Action:
    """The call, with its one result copied into the target: an array, or the few settings of an optimizer's step."""
    if target.ndim != 1 or target.dtype != np.float64 or not target.flags.carray:
        return lambda: _put(name, target, np.asarray(function()))
    row, memory = Struct(f"{target.size}d"), target.data

    def renew() -> None:
        found = function()
        if type(found) is tuple and len(found) == target.size:
            row.pack_into(memory, 0, *found)  # NumPy would make an array of them first
        else:
            _put(name, target, np.asarray(found))

    return renew


def _put(name: str, target: Array, array: Array) -> None:
    """Copy a result; its shape must be that of the recording, which everything after it counts on."""
    if array.shape != target.shape:
        raise CaptureError(
            f"{name} gave an array of shape {array.shape}; it had the shape {target.shape} when the step was recorded: "
            "a captured step cannot make arrays whose shape depends on numbers; do that outside of it"
        )
    np.copyto(target, array)

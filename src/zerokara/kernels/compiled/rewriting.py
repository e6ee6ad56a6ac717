"""The list of operations while it is being rewritten: nothing may take another place where a result could change.

A rule of `fusion` says which operations are to become one, and where it is to stand. Whether that is allowed is decided
here, for all rules alike: everything that the new operation uses must be made before it, everything it makes must be
used after it, nobody else may want what disappears, and nobody may write, between the first and the last of the old
ones, what one of them or the new one reads. What reads an array, then, still reads it as it was. The same holds for the
steps of an optimizer that move forward. Otherwise the operations stay as they are.
"""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from zerokara.kernels.compiled.effects import RAISES, Effect, Effects, used
from zerokara.kernels.tracing import GRADIENT_STEPS, PROGRESS, SENDING, STEPS, Operation, Trace, Value

Plan = tuple[Sequence[Operation], Operation, Operation]
"""(the old operations, the one of them in whose place the new one comes, the new one)."""

_PASSED = 1 << 18  # numbers read or made by operations, after which messages are moved on
_LARGE = 1 << 16  # numbers; steps of the optimizer for smaller arrays stay together at the end


class Steps:
    """The list of operations, and who makes and who uses which value."""

    def __init__(self, trace: Trace, outputs: Sequence[int]) -> None:
        self.trace = trace
        self.outputs = set(outputs)
        self.operations = [replace(o, origins=(k,)) for k, o in enumerate(trace.operations)]
        self.effects = Effects(trace, self.operations)
        self.maker: dict[int, Operation] = {}
        self.users: dict[int, list[Operation]] = {}
        self._places = {id(o): k for k, o in enumerate(self.operations)}  # in the trace; a new one has that of one old
        self._effects: dict[int, Effect] = {}
        for operation in self.operations:
            self._enter(operation)
        changing = ((self._places[id(o)], o, self.effect(o).writes) for o in self.operations)
        self._writers = [writer for writer in changing if writer[2]]

    def __contains__(self, operation: Operation) -> bool:
        return id(operation) in self._places

    def shape(self, value: Any) -> tuple[int, ...]:
        """The shape of an argument."""
        return self.trace.specs[value.number][0] if isinstance(value, Value) else np.shape(value)

    def made_by(self, value: Any, name: str) -> Operation | None:
        """The operation of this name that made the value, if one did; without keyword arguments."""
        found = self.maker.get(value.number) if isinstance(value, Value) else None
        return found if found is not None and found.name == name and not found.kwargs else None

    def only_user(self, number: int, name: str | None = None) -> Operation | None:
        """The one operation that uses a value, if there is one and nobody outside wants it; of this name."""
        users = self.users.get(number, [])
        if len(users) != 1 or number in self.outputs:
            return None
        return users[0] if name is None or (users[0].name == name and not users[0].kwargs) else None

    def unused(self, number: int) -> bool:
        """Whether nobody needs a value."""
        return not self.users.get(number) and number not in self.outputs

    # ── rewriting ────────────────────────────────────────────────────────────────────────────────────────────────

    def replace(self, *plans: Plan) -> bool:
        """Put the new operations where `at` is, and take all old ones away; False, and nothing done, if not allowed."""
        leaving = {id(operation) for old, _, _ in plans for operation in old}
        coming = {number: self._places[id(at)] for _, at, new in plans for number in new.results}
        if not all(self._allowed(plan, leaving, coming) for plan in plans):
            return False
        for old, at, new in plans:
            new.origins = tuple(sorted({k for operation in old for k in operation.origins}))
            place = self._places[id(at)]
            self._places[id(new)] = place
            self.operations[self._index(at)] = new
            for operation in old:
                if operation is not at:
                    del self.operations[self._index(operation)]
                self._leave(operation)
            self._enter(new)
        return True

    def _allowed(self, plan: Plan, leaving: set[int], coming: dict[int, int]) -> bool:
        """Whether this changes no result. `coming`: where the values that the new operations make are then made."""
        old, at, new = plan
        place = self._places[id(at)]
        for number in used(new):
            maker = self.maker.get(number)
            if number in coming:
                made = coming[number]
            elif maker is None:
                continue  # an input, or an array from outside
            else:
                made = len(self.trace.operations) if id(maker) in leaving else self._places[id(maker)]
            if made >= place:
                return False
        for number in (n for operation in old for n in operation.results):
            others = [user for user in self.users.get(number, ()) if id(user) not in leaving]
            if number not in coming and (others or number in self.outputs):
                return False
            if any(self._places[id(user)] <= coming[number] for user in others):
                return False
        return self._undisturbed(old, at, self.effects.of(new).reads)

    def change(self, operation: Operation, args: tuple[Any, ...], source: Operation) -> None:
        """Give an operation other arguments: what `source` has made of one of them, if both are made only once."""
        read = {n for n in used(operation) if self.effects.places(n)}
        if self._places[id(source)] < self._places[id(operation)] and not read:
            self._forget(operation)
            operation.args = args
            self._enter(operation)

    def drop_unused(self) -> None:
        """Drop what makes nothing that anybody needs, last ones first."""
        for operation in reversed(self.operations):
            if operation.results and all(self.unused(n) for n in operation.results):
                self._leave(operation)
        self.operations = [o for o in self.operations if o in self]

    def _undisturbed(self, group: Sequence[Operation], at: Operation, reads: frozenset[int]) -> bool:
        """Whether nobody writes what these operations read, from the first of them to the last; nor they themselves.

        The last one may write, if all the others come to where it stands: it does not move.
        """
        places = [self._places[id(operation)] for operation in group]
        moving = [self.effect(operation) for operation in group]
        if self.effect(at).writes - {RAISES} and self._places[id(at)] == max(places):
            moving, reads = [self.effect(operation) for operation in group if operation is not at], frozenset()
        if any(effect.writes - {RAISES} for effect in moving):
            return False
        read = reads.union(*(effect.reads for effect in moving))
        first = bisect_left(self._writers, min(places), key=lambda writer: writer[0])
        last = bisect_left(self._writers, max(places), key=lambda writer: writer[0])
        return all(read.isdisjoint(writes) for _, _, writes in self._writers[first:last])

    # ── who is where ─────────────────────────────────────────────────────────────────────────────────────────────

    def _index(self, operation: Operation) -> int:
        return bisect_left(self.operations, self._places[id(operation)], key=lambda o: self._places[id(o)])

    def effect(self, operation: Operation) -> Effect:
        """What an operation does."""
        found = self._effects.get(id(operation))
        if found is None:
            found = self._effects[id(operation)] = self.effects.of(operation)
        return found

    def _enter(self, operation: Operation) -> None:
        self._effects.pop(id(operation), None)
        for number in operation.results:
            self.maker[number] = operation
        for number in used(operation):
            self.users.setdefault(number, []).append(operation)

    def _leave(self, operation: Operation) -> None:
        del self._places[id(operation)]
        self._forget(operation)
        for number in operation.results:
            if self.maker.get(number) is operation:
                del self.maker[number]

    def _forget(self, operation: Operation) -> None:
        """It no longer uses its arguments."""
        self._effects.pop(id(operation), None)
        for number in used(operation):
            self.users[number] = [o for o in self.users[number] if o is not operation]


def steps_moved_forward(steps: Steps) -> list[Operation]:
    """The optimizer's steps for large arrays as early as they may be: right behind the last they must wait for.

    That is mostly the last other use of the weights, or the making of their gradient: it is still in the cache, and its
    memory is soon free. What comes after the step in the trace stays after it. What hands gradients to other processes
    moves likewise: they are on their way while the rest of the backward pass runs.
    """
    operations = steps.operations
    before: list[Effect] = []
    place_of: list[int] = []  # behind which operation each of them now stands
    moved: dict[int, list[Operation]] = {}
    for index, operation in enumerate(operations):
        effect, place = steps.effect(operation), index
        weights = operation.args[0] if operation.name in STEPS | GRADIENT_STEPS else None
        large = isinstance(weights, Value) and math.prod(steps.shape(weights)) >= _LARGE
        if large or operation.name in SENDING:
            place = max((place_of[k] for k in range(index) if before[k].before(effect)), default=-1)
            moved.setdefault(place, []).append(operation)
        before.append(effect)
        place_of.append(place)
    leaving = {id(o) for group in moved.values() for o in group}
    order = moved.get(-1, [])
    for index, operation in enumerate(operations):
        order.extend([] if id(operation) in leaving else [operation])
        order.extend(moved.get(index, ()))
    return order


def progress_made(steps: Steps, operations: Sequence[Operation]) -> list[Operation]:
    """What moves messages on, also between the first message and the last: each time that much memory was gone over.

    Messages only move while their process looks after them. An operation that does so has no numbers, so that it may
    stand anywhere, and as often as one likes.
    """
    sent = [index for index, operation in enumerate(operations) if operation.name == "sent"]
    moving = next((operation for operation in operations if operation.name == PROGRESS), None)
    if moving is None or not sent:
        return list(operations)
    order: list[Operation] = []
    passed = 0
    for index, operation in enumerate(operations):
        order.append(operation)
        if not sent[0] < index < sent[-1]:
            continue
        passed += sum(math.prod(steps.shape(Value(n))) for n in (*used(operation), *operation.results))
        if passed >= _PASSED:
            order.append(replace(moving))
            passed = 0
    return order

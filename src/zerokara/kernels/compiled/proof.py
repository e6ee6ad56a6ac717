"""A lowered step is proved, not hoped: three walks over what each call reads and writes.

1. `keeps_order`: operations that must keep the order of the trace have kept it, whatever was fused or moved.
2. `has_no_races`: calls that conflict run in the order in which they were written down, never at the same time.
3. `values_arrive`: what an operation reads is what the maker of its arguments wrote there: no block of the planned
   memory was given to somebody else too early, no result lies where an argument of the next replay will not be.

They know nothing of kernels: only what is declared, and where arrays lie. The tests lower every program with them;
with ZEROKARA_CHECK=1 (or `static`, without the slow `trial`) users do, too.
"""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence

from zerokara.arrays import Array
from zerokara.kernels.compiled.effects import RAISES, Effects, given, used
from zerokara.kernels.compiled.native import VIEWS
from zerokara.kernels.compiled.program import Instruction
from zerokara.kernels.compiled.spans import Intervals, Span, span
from zerokara.kernels.tracing import Operation, Trace, Value


class ProofError(RuntimeError):
    """A recorded step that would not compute what was written: a fault of zerokara, never of the step."""


def wanted() -> bool:
    """Whether programs are proved in this process: ZEROKARA_CHECK is set, and not 0."""
    return os.environ.get("ZEROKARA_CHECK", "") not in ("", "0")


# ── 1. the order of operations ───────────────────────────────────────────────────────────────────────────────────────


def keeps_order(
    trace: Trace, operations: Sequence[Operation], outputs: Sequence[int], copied: Mapping[int, Operation]
) -> None:
    """Whether operations that conflict in the trace still have their order in the rewritten list.

    `copied`: the views that were copied when they were made, and by which operation: whoever uses them reads the array
    as it was then.
    """
    effects = Effects(trace, trace.operations)
    places: dict[int, set[int]] = {k: set() for k in range(len(trace.operations))}
    made: set[int] = {*trace.inputs, *trace.constants, *(n for o in trace.before for n in o.results)}
    for place, operation in enumerate(operations):
        for origin in operation.origins:
            places[origin].add(place)
        missing = used(operation) - made
        if missing:
            raise ProofError(f"{operation.name} uses a value that is made later or never (numbers {sorted(missing)})")
        made.update(operation.results)
    where = {id(operation): place for place, operation in enumerate(operations)}
    frozen = {number: where[id(operation)] for number, operation in copied.items()}
    last_write: dict[int, tuple[int, str]] = {}
    last_read: dict[int, tuple[int, str]] = {}
    for index, operation in enumerate(trace.operations):
        effect, now = effects.of(operation), places[index]
        if not now and (effect.writes - {RAISES} or not operation.results):
            raise ProofError(f"{operation.name} changes an array, and is missing")
        if not now:
            continue  # nobody needs its results
        for place in effect.reads | effect.writes:
            earlier = _frozen(trace, effects, used(operation), place, frozen)
            if earlier and place in effect.writes:
                raise ProofError(f"{operation.name} changes a copy, made before, of the array that it is to change")
            then = now | earlier
            _check_after(last_write.get(place), min(then), operation.name, "reads or writes what it writes")
            if place in effect.writes:
                _check_after(last_read.get(place), min(now), operation.name, "writes what it reads")
        for place in effect.reads:
            last_read[place] = max(last_read.get(place, (-1, "")), (max(now), operation.name))
        for place in effect.writes:
            last_write[place] = max(now), operation.name
    for number in outputs:
        for place in effects.places(number):
            then = _frozen(trace, effects, {number}, place, frozen) or {len(operations)}
            _check_after(last_write.get(place), min(then), "a result of the step", "reads what it writes")


def _check_after(earlier: tuple[int, str] | None, place: int, name: str, why: str) -> None:
    if earlier is not None and place < earlier[0]:
        raise ProofError(f"{name} comes before {earlier[1]} now, but {why}: it came after it in the step")


def _frozen(trace: Trace, effects: Effects, numbers: Iterable[int], place: int, frozen: Mapping[int, int]) -> set[int]:
    """When the views among these values, and what they are views of, were copied; those of this place."""
    found: set[int] = set()
    for number in numbers:
        if place in effects.places(number):
            if number in frozen:
                found.add(frozen[number])
            shown = {s.number for s in trace.shows.get(number, ()) if isinstance(s, Value)}
            found |= _frozen(trace, effects, shown, place, frozen)
    return found


# ── 2. what runs at the same time ────────────────────────────────────────────────────────────────────────────────────


def has_no_races(rounds: Sequence[Sequence[Instruction]]) -> None:
    """Whether all conflicting instructions run in different rounds, in the order in which they were written down.

    Instructions of one round run at the same time; the rounds run one after another.
    """
    number = {id(each): k for k, group in enumerate(rounds) for each in group}
    written: Intervals[Instruction] = Intervals()
    read: Intervals[Instruction] = Intervals()  # of several readers the one in the last round

    def check(each: Instruction, others: list[tuple[int, int, Instruction]], why: str) -> None:
        for start, end, other in others:
            if other is not each and number[id(other)] >= number[id(each)]:
                together = number[id(other)] == number[id(each)]
                how = "runs at the same time as" if together else "runs before"
                raise ProofError(f"{each} {how} {other}, but {why} ({end - start} bytes at {start:#x})")

    for each in sorted((i for group in rounds for i in group), key=lambda i: i.serial):
        for place in each.access.reads:
            check(each, written.over(place), "reads what it writes")
        for place in each.access.writes:
            check(each, written.over(place), "writes what it writes")
            check(each, read.over(place), "writes what it reads")
        for place in each.access.reads:
            for start, end, other in read.over(place):
                if number[id(other)] < number[id(each)]:
                    read.put((start, end), each)
            for gap in read.gaps(place):
                read.put(gap, each)
        for place in each.access.writes:
            written.put(place, each)


# ── 3. who wrote what is read ────────────────────────────────────────────────────────────────────────────────────────


def values_arrive(
    trace: Trace,
    rounds: Sequence[Sequence[Instruction]],
    operations: Sequence[Operation],
    arrays: Mapping[int, Array],
    outputs: Sequence[int],
    copied_in: Sequence[bool],
    planned: Callable[[Span], bool],
) -> None:
    """Whether all bytes of the planned memory that an instruction reads were last written by who should have.

    That is the operation itself, or the makers of its arguments. `arrays`: where each value lies; `planned`: whether
    some bytes are planned memory; `copied_in`: the inputs that are copied at every replay to where the recording had
    them (a result may lie there, then). What lies elsewhere must be an array that the operation was given.
    """
    makers = {n: o for o in (*trace.before, *operations) for n in o.results}
    memory: Intervals[object] = Intervals()
    inputs = {number: f"input {k}" for k, number in enumerate(trace.inputs)}
    for number, name in inputs.items():
        memory.put(span(arrays[number]), name)

    def sources(number: int) -> set[object]:
        """Whose bytes a value may consist of: its maker's or, of a view, those of what it shows."""
        maker = makers.get(number)
        if maker is None:
            return {inputs[number]} if number in inputs else set()
        found: set[object] = {id(maker)}
        if maker.name in VIEWS or number in trace.shows:
            found.update(*(sources(n) for n in used(maker)))
        return found

    def check(place: Span, allowed: set[object], who: str, outside: Sequence[Span] = ()) -> None:
        for start, end, tag in memory.over(place):
            if tag not in allowed:
                by = tag if isinstance(tag, str) else names[tag]
                raise ProofError(f"{who} reads {end - start} bytes at {start:#x} that {by} has overwritten")
        for start, end in memory.gaps(place):
            if planned((start, end)):
                raise ProofError(f"{who} reads {end - start} bytes at {start:#x} that nobody has written")
            if not any(a <= start and end <= b for a, b in outside):
                raise ProofError(f"{who} reads {end - start} bytes at {start:#x}, which it was not given")

    names: dict[object, str] = {id(o): o.name for o in (*trace.before, *operations)}
    for each in (each for group in rounds for each in group):
        numbers, others = given(each.owner)
        allowed = {id(each.owner)}.union(*map(sources, numbers))
        outside = [span(a) for a in (*(arrays[n] for n in numbers), *others)]
        for place in each.access.reads:
            check(place, allowed, str(each), outside)
        for place in each.access.writes:
            if planned(place):
                memory.put(place, id(each.owner))
    for number in outputs:
        check(span(arrays[number]), sources(number), "a result of the step", [span(arrays[number])])
        for *_, tag in memory.over(span(arrays[number])):
            if any(tag == inputs[n] and not copied for n, copied in zip(trace.inputs, copied_in, strict=True)):
                raise ProofError(f"a result of the step lies in {tag}, which the next replay has elsewhere")
    for number, name in inputs.items():
        check(span(arrays[number]), {name}, "the next replay")

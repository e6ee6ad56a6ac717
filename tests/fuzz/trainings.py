"""The fuzzer of trainings: cases, whether they fail, and smaller ones."""

from collections.abc import Iterator
from dataclasses import replace

from tests.fuzz import drawing
from tests.fuzz.observing import Difference
from tests.fuzz.parts import Case, Part
from tests.fuzz.programs import program
from tests.fuzz.running import Report, run
from tests.fuzz.shrinking import shrunk, smaller

NAME = "training"


def case(number: int, seed: int = 0) -> Case:
    """The case of this number."""
    return drawing.case(number, seed)


def check(case: Case) -> Report:
    """Run it in all ways; raises `Difference`."""
    return run(case)


def smallest(case: Case, failure: Difference, seconds: float = 60.0) -> tuple[Case, Difference]:
    """The smallest case that fails in the same way, and how it fails."""
    found = failure

    def fails(candidate: Case) -> bool:
        nonlocal found
        try:
            run(candidate, (failure.way,))
        except Difference as difference:
            if _kind(difference) == _kind(failure):
                found = difference
                return True
        except Exception:
            return False
        return False

    return shrunk(case, fails, simpler, seconds), found


def _kind(failure: Difference) -> tuple[bool, str]:
    """An exception stays the same exception; numbers that differ may be others."""
    exceptional = failure.what in ("an exception", "the exception")
    return exceptional, str(failure.found).split(":")[0] if exceptional else ""


def simpler(case: Case) -> Iterator[Case]:
    """Simpler cases, the greatest simplifications first."""
    for calls in (case.calls[:1], case.calls[:2], case.calls[-1:], case.calls[-2:]):
        if len(calls) < len(case.calls):
            yield replace(case, calls=calls)
    yield replace(case, layers=())
    yield replace(case, pieces=())
    if len(case.optimizers) > 1:
        yield replace(case, optimizers=case.optimizers[:1])
    if case.optimizers and case.optimizers[0] != Part("SGD"):
        yield replace(case, optimizers=(Part("SGD"), *case.optimizers[1:]))
        yield replace(case, optimizers=(Part(case.optimizers[0].kind), *case.optimizers[1:]))
    if case.loss != Part("own square"):
        yield replace(case, loss=Part("own square"))
    if case.dtype != "float64":
        yield replace(case, dtype="float64")
    if len(case.entry) > 1:
        yield replace(case, entry=(case.entry[0],))
    for made in smaller(case):
        whole = made.calls and made.classes and made.entry and all(made.entry) and all(call.size for call in made.calls)
        if whole and (bool(made.optimizers) == bool(case.optimizers) or not made.pieces):
            yield made


def told(case: Case, failure: Difference) -> str:
    """The program that shows it."""
    return program(case, failure.way)

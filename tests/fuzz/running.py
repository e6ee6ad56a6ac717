"""A case run in all ways, in step with each other."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from tests.fuzz.drawing import evaluable, ordinary
from tests.fuzz.observing import REPEATS, Difference, Named, compare, movement, named_results
from tests.fuzz.parts import Case
from tests.fuzz.programs import body
from tests.fuzz.worlds import Captured, Evaluated, Fitted, Reference, World, moved_a_little
from zerokara.training import Diverged

ALLOWED = (ValueError, TypeError, IndexError, RuntimeError, AttributeError)
"""How a step that cannot be is refused, by zerokara and by Python."""


@dataclass
class Report:
    """What came of a case."""

    ways: tuple[str, ...] = ()
    refused: list[str] = field(default_factory=list)
    """Why the recorder would not record it, call by call."""
    invalid: str = ""
    """Why it is no step at all: the error that it raises as it is written."""
    rounding: int = 0
    """How often the movement by rounding was asked for."""
    calls: int = 0


@cache
def peers() -> tuple[type[World], ...]:
    """The ways besides the written step: PyTorch where it is installed."""
    found: list[type[World]] = [Evaluated, Reference, Captured, Fitted]
    try:
        from tests.fuzz.peer_world import Peer
    except ImportError:
        return tuple(found)
    return (*found, Peer)


def run(case: Case, ways: tuple[str, ...] = ()) -> Report:
    """Run a case in all ways, or in these only; raises the first `Difference`."""
    text, report = body(case), Report()
    base = World(text, case)
    size = np.dtype(case.dtype).itemsize
    able = {"fit": ordinary(case), "evaluate": evaluable(case)}
    chosen = [w for w in peers() if (not ways or w.way in ways) and able.get(w.way, True)]
    others = [w(text, case) for w in chosen]
    for world in others:
        world.take(base.state())
    report.ways = tuple(w.way for w in others)
    for k in range(len(case.calls)):
        if not _call(text, case, k, base, others, size, report):
            break
    report.refused = [reason for w in others if isinstance(w, Captured) for reason in w.refused]
    return report


def _call(text: str, case: Case, k: int, base: World, others: list[World], size: int, report: Report) -> bool:
    """One call in every world; False where the written step itself raises, or a training ends with it."""
    try:
        base.change(k)
        for world in others:
            world.change(k)
    except ALLOWED as error:
        report.invalid = f"change: {type(error).__name__}: {error}"
        return False
    before = base.state()
    for world in others:
        world.take(before)
    for world in others:
        if isinstance(world, Evaluated):
            _evaluated(world, base, k, size)
    try:
        expected = named_results(base.call(k))
    except ALLOWED as error:
        report.invalid = f"{type(error).__name__}: {error}"
        for world in others:
            if not isinstance(world, Evaluated):
                _raises_too(world, k, error)
        return False
    after = base.state()
    report.calls += 1

    def moved() -> Named | None:
        """None where the moved step does something else altogether, so that nothing can be said."""
        try:
            runs = [moved_a_little(text, case, k, before, seed) for seed in range(REPEATS)]
        except ALLOWED:
            return None
        return movement(runs, {**expected, **after})

    going = True
    for world in others:
        if isinstance(world, Evaluated):
            continue
        if isinstance(world, Fitted) and not np.isfinite(float(expected["result"])):
            _diverges(world, k)
            going = False
            continue
        wanted = {**(named_results(float(expected["result"])) if world.way == "fit" else expected), **after}
        report.rounding += compare(world.way, k, wanted, _observed(world, k), before, size, moved)
    return going


def _diverges(world: Fitted, k: int) -> None:
    """A loss that is no number ends a training, in words."""
    try:
        world.call(k)
    except Diverged:
        return
    raise Difference(world.way, k, "an end", "Diverged, for a loss that is not finite", "a result")


def _evaluated(world: Evaluated, base: World, k: int, size: int) -> None:
    """The scores of `evaluate` are those of the network as it is, and nothing is changed."""
    try:
        scores = world.expected(base, k)
    except ALLOWED:
        return
    before = world.state()
    compare(world.way, k, {**named_results(scores), **before}, _observed(world, k), before, size, dict)


def _observed(world: World, k: int) -> Named:
    try:
        result = world.call(k)
    except Difference:
        raise
    except Exception as error:
        raise Difference(world.way, k, "an exception", "a result", f"{type(error).__name__}: {error}") from error
    world.whole(k)
    return {**named_results(result), **world.state()}


def _raises_too(world: World, k: int, error: Exception) -> None:
    try:
        world.call(k)
    except Difference:
        raise
    except Exception as other:
        if not isinstance(other, ALLOWED):
            raise Difference(
                world.way, k, "the exception", f"{type(error).__name__}: {error}", f"{type(other).__name__}: {other}"
            ) from other
        return
    if world.way in ("captured", "fit"):
        raise Difference(world.way, k, "the exception", f"{type(error).__name__}: {error}", "a result") from error


__all__: list[Any] = ["Report", "run"]

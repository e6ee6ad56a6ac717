"""How the layers, optimizers and loops speak to the trace that is being written, if one is."""

from collections.abc import Callable
from typing import Any

import numpy as np

from zerokara.arrays import DTypeLike, Shape
from zerokara.kernels.tracing.operation import Operation, Value, replaced
from zerokara.kernels.tracing.traced import Traced, current


def again(work: Callable[[], Any], shape: Shape, dtype: DTypeLike) -> Any:
    """The array that `work()` gives. In a trace: it is called at every replay, before everything else."""
    trace = current()
    if trace is None:
        return np.asarray(work(), dtype)
    traced = trace.new(np.zeros(shape, dtype))
    trace.before.append(Operation("again", work, (), {}, (traced.number,)))
    return traced


def repeat(work: Callable[..., None], *args: Any) -> None:
    """Call `work(*args)`. In a trace: at every replay, before everything else, as far as its arguments are inputs.

    What looks at numbers that the step itself makes, if only by giving its input another shape, comes where it stands.
    """
    trace = current()
    if trace is None:
        work(*args)
        return
    for value in args:
        if isinstance(value, Traced) and value.number not in {*trace.inputs, *trace.constants}:
            trace.operations.append(Operation("look", work, _values(args), {}, ()))
            return
    trace.before.append(Operation("repeat", work, _values(args), {}, ()))


def look(work: Callable[[Any], None], value: Any) -> None:
    """Call `work(value)`. In a trace: at every replay, at this point of the step; it may raise, which ends the step."""
    trace = current()
    if trace is None:
        work(value)
    else:
        trace.operations.append(Operation("look", work, _values((value,)), {}, ()))


def outside(name: str, work: Callable[..., None], *args: Any) -> None:
    """Call `work(*args)`, which changes the arrays that `WRITTEN` names. In a trace: at every replay, where it stands.

    What is done must be what `name` says there; it may wait for other processes.
    """
    trace = current()
    if trace is None:
        work(*args)
    else:
        trace.note(name, work, args, {}, None)


def assume(holds: Callable[[], bool]) -> None:
    """In a trace: it may be replayed only while this is true; else the step is traced anew."""
    trace = current()
    if trace is not None:
        trace.assumptions.append(holds)


def constant(array: Any) -> Any:
    """In a trace, the traced array that stands for an array from outside; else the array itself."""
    trace = current()
    return array if trace is None or type(array) is not np.ndarray else trace.constant(array)


def original(array: Any) -> Any:
    """The array from outside that a traced array stands for; anything else is returned as it is."""
    if isinstance(array, Traced) and (trace := current()) is not None:
        return trace.constants.get(array.number, array)
    return array


_changes = 0


def count_change() -> None:
    """Something that recordings may depend on was replaced: an attribute of a module, the array of a parameter."""
    global _changes
    _changes += 1


def changes() -> int:
    """How often something was replaced so far."""
    return _changes


def leaf(tensor: Any) -> None:
    """In a trace: this tensor gets its first gradient, which is gone when the trace is written."""
    trace = current()
    if trace is not None:
        trace.leaves[id(tensor)] = tensor
        if id(tensor) in trace.zeroed:
            trace.fresh.add(id(tensor))


def forgotten(tensor: Any) -> None:
    """In a trace: the step forgets the gradient of this tensor."""
    trace = current()
    if trace is not None:
        trace.zeroed.add(id(tensor))


def _values(value: Any) -> Any:
    """The arguments with values in the place of traced arrays."""
    return replaced(value, Traced, lambda traced: Value(traced.number))

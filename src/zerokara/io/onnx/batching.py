"""Whether a network that a file fixes to batches of one length can run on another length, all examples at once.

The law: example i of a batch is answered as the network in the file answers it. A file made for one image says
"reshape to (1, −1)" and means "one row an image"; the same words about a constant mean nothing of the kind. So lengths
are not guessed at: every value of the network is followed through it, and is one of

    FIXED    the same for every batch: constants, and what is computed of nothing else
    COUNTED  computed of lengths of axes, the batch's among them; known is also what it is in the file
    ROWS     row i, along the first axis, was computed of example i and of what is FIXED, and of nothing else

Each operator has a condition under which its value is ROWS again (`ways`). Where they all hold, the whole batch runs at
once, and it is known which lengths mean the batch. Else the examples run as many at a time as the file has them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextvars import Context

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import Tensor, no_grad
from zerokara.io.onnx.building import Program, Step
from zerokara.io.onnx.operator import OPERATORS, Call, Value
from zerokara.io.onnx.room import batch_of
from zerokara.io.onnx.rows import Application, Flow, Kind, MixedError
from zerokara.io.onnx.ways import WAYS

RENAMES = frozenset({"Reshape", "Expand", "Resize"})
"""Operators whose new shape may begin with the length of the batch as it is written in the file."""

REPEATS = frozenset({"Expand", "Tile", "ConstantOfShape"})
"""Operators that can make rows of what is the same for every batch."""


def together(
    program: Program, inputs: Mapping[str, Value], rows: frozenset[str], declared: int, wanted: Sequence[str]
) -> frozenset[int] | None:
    """Which steps take the file's length for that of the batch when all examples run at once; None if they cannot.

    `inputs` are of the file's own or any other length; those named in `rows` have the batch along their first axis.
    Found out on zeros, for one example more than the file has, apart from whatever goes on (a recording, observers).
    """
    return Context().run(_together, program, inputs, rows, declared, wanted)


def _together(
    program: Program, inputs: Mapping[str, Value], rows: frozenset[str], declared: int, wanted: Sequence[str]
) -> frozenset[int] | None:
    given = declared + 1
    known = {name: _input(value, given if name in rows else None) for name, value in inputs.items()}
    renamed = set()
    try:
        with no_grad(), np.errstate(all="ignore"):
            for number, step in enumerate(program.steps_for(tuple(wanted))):
                application = _application(step, known, program.graph.opset, declared, given)
                known.update(zip(step.outputs, _flows(application), strict=False))
                if step.layer.kind in RENAMES and application.x.kind is Kind.ROWS:
                    renamed.add(number)
    except (MixedError, ValueError, TypeError, LookupError, ArithmeticError, AttributeError, MemoryError):
        return None
    return frozenset(renamed)


def _input(value: Value, length: int | None) -> Flow:
    shape = value.shape if length is None else (length, *value.shape[1:])
    zeros = np.zeros(shape, value.dtype)
    tensor = isinstance(value, Tensor)
    return Flow(Tensor(zeros) if tensor else zeros, Kind.FIXED if length is None else Kind.ROWS)


def _application(step: Step, known: Mapping[str, Flow], opset: int, declared: int, given: int) -> Application:
    """A step in evaluation mode, with what goes into it."""
    flowing = iter([known[name] for name in step.inputs])
    call = Call(step.node.attributes, opset, len(step.outputs))
    inputs = tuple(
        flow if isinstance(flow, Flow) else None if flow is None else Flow(flow, Kind.FIXED)
        for flow in step.layer.arguments(flowing)
    )
    return Application(step.layer.kind, call, inputs, declared, given)


def _flows(step: Application) -> tuple[Flow, ...]:
    """What comes out of an application; MixedError where it is neither rows nor known without the examples."""
    kinds = {flow.kind for flow in step.inputs if flow is not None}
    now = [None if flow is None else flow.value for flow in step.inputs]
    if step.kind in ("Shape", "Size") and Kind.ROWS in kinds:
        before = [np.broadcast_to(np.float32(0), (step.declared, *step.x.value.shape[1:]))]
        return _counted(_computed(step, now), _computed(step, before))
    if kinds <= {Kind.FIXED}:
        return tuple(Flow(value, Kind.FIXED) for value in _computed(step, now))
    way = WAYS.get(step.kind)
    holds = way is not None and (Kind.ROWS in kinds or step.kind in REPEATS) and way(step)
    if holds:
        with batch_of(step.declared, step.given):
            values = _computed(step, now)
        if any(value.ndim == 0 or value.shape[0] != step.given for value in values):
            raise MixedError
        return tuple(Flow(value, Kind.ROWS) for value in values)
    if Kind.ROWS in kinds:
        raise MixedError
    then = [None if f is None else f.value if f.declared is None else f.declared for f in step.inputs]
    return _counted(_computed(step, now), _computed(step, then))


def _computed(step: Application, values: Sequence[Value]) -> tuple[Value, ...]:
    found = OPERATORS[step.kind].compute(step.call, *values)
    return found if isinstance(found, tuple) else (found,)


def _counted(now: tuple[Value, ...], before: tuple[Value, ...]) -> tuple[Flow, ...]:
    """What is computed of lengths only, in this batch and in one as the file has it."""
    if any(isinstance(value, Tensor) for value in (*now, *before)):
        raise MixedError
    return tuple(_one_counted(np.asarray(a), np.asarray(b)) for a, b in zip(now, before, strict=True))


def _one_counted(now: Array, before: Array) -> Flow:
    same = now.shape == before.shape and bool(np.array_equal(now, before))
    return Flow(now, Kind.FIXED) if same else Flow(now, Kind.COUNTED, before)

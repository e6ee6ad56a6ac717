"""What a trace consists of: operations on numbered values, and the errors of what cannot become one."""

import linecache
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import numpy as np

_OURS, _NUMPY = Path(__file__).parents[2], Path(np.__file__).parent


class CaptureError(TypeError):
    """A step does something that cannot be recorded and replayed."""


class NotNativeError(Exception):
    """While calls are written down: the compiled kernels leave this one to the reference."""


STEPS = frozenset({"sgd_step", "momentum_step", "adagrad_step", "rmsprop_step", "adam_step"})
"""The kernels that are an optimizer's step."""

GRADIENT_STEPS = frozenset(f"matmul_{name}" for name in STEPS)
"""The same with the making of the gradient x·y, in recorded steps: (w, x, y, states, numbers)."""

SENDING = frozenset({"scale_into", "sent"})
"""What hands gradients to other processes: as early in the step as it may be, while the rest is still computed."""

PROGRESS = "progress"
"""What moves messages on that are on their way, and changes no number: between kernels, while others are computed."""

CHANGING = STEPS | {"count_up", "scale_into", "update_running"}
"""The kernels that change their arguments and return nothing."""

WRITTEN: dict[str, tuple[int, ...]] = {
    "sgd_step": (0,),
    "momentum_step": (0, 2),
    "adagrad_step": (0, 2),
    "rmsprop_step": (0, 2),
    "adam_step": (0, 2, 3),
    "matmul_sgd_step": (0,),
    "matmul_momentum_step": (0, 3),
    "matmul_adagrad_step": (0, 3),
    "matmul_rmsprop_step": (0, 3),
    "matmul_adam_step": (0, 3, 4),
    "update_running": (0,),
    "count_up": (0,),
    "scale_into": (0,),
    "in_place": (0,),
    "told": (0,),
    "sent": (0, 1),
    "received": (0, 1),
    PROGRESS: (),
}
"""Which arguments an operation of this name writes to; all others write to nothing that was there before."""


@dataclass(frozen=True, slots=True)
class Value:
    """Stands for a traced array in the arguments of an operation."""

    number: int


@dataclass(slots=True)
class Operation:
    """One thing done to arrays: the name and function, its arguments with values in them, and what came out."""

    name: str
    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    results: tuple[int, ...]
    origins: tuple[int, ...] = ()
    """Where it, or all that it stands for, was in the trace; set when a trace is rewritten."""

    @property
    def written(self) -> list[Any]:
        """The arguments whose memory it changes."""
        return [self.args[place] for place in WRITTEN.get(self.name, ())]


def refuse(what: str) -> NoReturn:
    """Say that something cannot be captured, and where the step asks for it."""
    raise CaptureError(f"a captured step cannot {what}{whereabouts()}")


def whereabouts(frame: FrameType | None = None) -> str:
    """The line of the user's own code that is being run, in brackets; nothing if there is none."""
    at = frame or sys._getframe(1)
    while at is not None and _foreign(at.f_code.co_filename):
        at = at.f_back  # type: ignore[assignment]
    return "" if at is None else place_of(at.f_code.co_filename, at.f_lineno)


def whereabouts_of(error: BaseException) -> str:
    """The line of the user's own code at which an error was raised."""
    trace, found = error.__traceback__, ""
    while trace is not None:
        if not _foreign(trace.tb_frame.f_code.co_filename):
            found = place_of(trace.tb_frame.f_code.co_filename, trace.tb_lineno)
        trace = trace.tb_next
    return found


def place_of(file: str, line: int) -> str:
    """`(line 12 of train.py: w.data += noise)`"""
    text = linecache.getline(file, line).strip()
    return f" (line {line} of {Path(file).name}{': ' + text if text else ''})"


def _foreign(file: str) -> bool:
    path = Path(file)
    return _OURS in path.parents or _NUMPY in path.parents or file.startswith("<frozen")


def replaced(value: Any, kind: type | tuple[type, ...], by: Callable[[Any], Any]) -> Any:
    """A nest of tuples, lists and dictionaries with everything of one kind replaced."""
    if isinstance(value, kind):
        return by(value)
    if isinstance(value, tuple) and hasattr(value, "_fields"):  # a named tuple
        return type(value)(*(replaced(v, kind, by) for v in value))
    if isinstance(value, tuple | list):
        return type(value)(replaced(v, kind, by) for v in value)
    if isinstance(value, dict):
        return {k: replaced(v, kind, by) for k, v in value.items()}
    if isinstance(value, slice):
        parts = (replaced(v, kind, by) for v in (value.start, value.stop, value.step))
        return slice(*parts)
    return value

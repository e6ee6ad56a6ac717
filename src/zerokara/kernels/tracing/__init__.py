"""Writing down what a computation does, instead of doing it: traced arrays.

Inside `tracing()` the arrays of a step are stand-ins. They have a shape and a dtype, and whatever is done with them, by
kernels or by NumPy's functions, becomes an `Operation` in a list, with a running number for each result. The numbers in
them mean nothing: a trace costs no more than looking at shapes, and nothing outside is changed.

What depends on numbers that the step has computed (`float(loss)`, `if x > 0`, a shape that depends on them) cannot be
written down and raises `CaptureError`, which names the line. What happens outside the arrays and has to happen at every
step (drawing a dropout mask, counting steps, reading the learning rate) is said with `again`; what must stay as it was,
with `assume`.
"""

from zerokara.kernels.tracing.asking import (
    again,
    assume,
    changes,
    constant,
    count_change,
    forgotten,
    leaf,
    look,
    original,
    outside,
    repeat,
)
from zerokara.kernels.tracing.comparing import alike
from zerokara.kernels.tracing.operation import (
    CHANGING,
    GRADIENT_STEPS,
    PROGRESS,
    SENDING,
    STEPS,
    WRITTEN,
    CaptureError,
    NotNativeError,
    Operation,
    Value,
    refuse,
    replaced,
    whereabouts,
    whereabouts_of,
)
from zerokara.kernels.tracing.trace import Trace, tracing
from zerokara.kernels.tracing.traced import Traced, as_array, current

__all__ = [
    "CHANGING",
    "GRADIENT_STEPS",
    "PROGRESS",
    "SENDING",
    "STEPS",
    "WRITTEN",
    "CaptureError",
    "NotNativeError",
    "Operation",
    "Trace",
    "Traced",
    "Value",
    "again",
    "alike",
    "as_array",
    "assume",
    "changes",
    "constant",
    "count_change",
    "current",
    "forgotten",
    "leaf",
    "look",
    "original",
    "outside",
    "refuse",
    "repeat",
    "replaced",
    "tracing",
    "whereabouts",
    "whereabouts_of",
]

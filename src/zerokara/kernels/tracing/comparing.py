"""Whether two traces of a step say the same, so that it may be believed that the next one will, too."""

from typing import Any

import numpy as np

from zerokara.kernels.tracing.trace import Trace


def alike(one: Trace, other: Trace) -> bool:
    """Whether both do the same operations with the same arrays and settings."""
    return one.specs == other.specs and _alike(_said(one), _said(other))


def _said(trace: Trace) -> list[Any]:
    operations = [(o.name, o.args, o.kwargs, o.results) for o in (*trace.before, *trace.operations)]
    return [trace.constants, *operations]


def _alike(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        if a is b:
            return True
        return a.shape == b.shape and a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind in "fc")
    if isinstance(a, tuple | list) and isinstance(b, tuple | list):
        return len(a) == len(b) and all(map(_alike, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_alike(a[k], b[k]) for k in a)
    if isinstance(a, slice) and isinstance(b, slice):
        return _alike((a.start, a.stop, a.step), (b.start, b.stop, b.step))
    if callable(a) and callable(b):
        return True  # functions made anew; what they compute with is compared
    return type(a) is type(b) and bool(a == b or (a != a and b != b))

"""Recording by hand: what a wrapper hands to `threads.share` is written down and made later, on other numbers."""

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.kernels.families import assert_close
from zerokara.arrays import Array
from zerokara.kernels.compiled import memory, threads


def agree_when_replayed(function: Callable[..., Any], *args: Any) -> None:
    """A recorded call computes, on numbers put in afterwards, what the call computes at once.

    While it is recorded all arrays hold rubbish; so a wrapper that looks at numbers, or computes with them outside its
    kernels, does not pass.
    """
    expected = function(*args)
    inputs = [(a, _rubbish(a)) for a in args if isinstance(a, np.ndarray)]
    scratch = iter([made for _, made in inputs])
    shown = [next(scratch) if isinstance(a, np.ndarray) else a for a in args]
    calls: list[tuple[Callable[..., None], tuple[Any, ...]]] = []

    def allocate(shape: Any, dtype: Any) -> Array:
        array = np.empty(shape, dtype)
        array.reshape(-1).view(np.uint8)[...] = 0xFF  # NaN as a float
        return array

    with threads.recorded_by(lambda f, parts: calls.extend((f, part) for part in parts)), memory.allocating(allocate):
        result = function(*shown)
    for given, made in inputs:
        made[...] = given
    for call, part in calls:
        call(*part)
    assert_close(result, expected)


def _rubbish(a: Array) -> Array:
    """An array that lies in memory as `a` does, full of NaN (or of the largest numbers, where there is no NaN)."""
    reversed_axes = tuple(slice(None, None, -1 if s < 0 else 1) for s in a.strides)
    made = np.empty_like(a[reversed_axes])[reversed_axes]
    gaps = a.ndim > 0 and a.dtype.kind == "f" and a.strides[-1] == 2 * a.dtype.itemsize
    if gaps:  # "scattered" arrays: every second number
        made = np.repeat(made, 2, axis=-1)[..., ::2]
    made[...] = np.nan if a.dtype.kind == "f" else True if a.dtype.kind == "b" else np.iinfo(a.dtype).max
    return made

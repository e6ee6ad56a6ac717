"""The sum of all numbers, or of their squares, in one pass over the memory."""

import numpy as np

from zerokara.arrays import Array
from zerokara.kernels.compiled import definition as reference
from zerokara.kernels.compiled import threads
from zerokara.kernels.compiled.build import adds_up, compilable, kernel
from zerokara.kernels.compiled.layout import flat_pair
from zerokara.kernels.compiled.memory import empty


def square_sum(x: Array) -> Array:
    """Σ x² in float64: a sum for each core, and then the sum of those."""
    if not compilable(x) or x.size == 0:
        return reference.square_sum(x)
    memory, total = flat_pair(x)[0], empty((), np.float64)
    ranges = threads.parts(x.size, x.size)
    sums = empty((len(ranges),), np.float64)
    threads.share(_square_sum.on(x.dtype), [(memory, sums[k : k + 1], *r) for k, r in enumerate(ranges)])
    threads.share(_sum_up.on(np.dtype(np.float64)), [(sums, total.reshape(1))])
    return total


def total(x: Array) -> Array:
    """Σ x, an array without axes: a sum for each core in float64, and then the sum of those, rounded once."""
    if not compilable(x) or x.size == 0:
        if threads.recording():
            raise reference.NotNativeError("total")
        return np.asarray(x.sum())
    memory, y = flat_pair(x)[0], empty((), x.dtype)
    ranges = threads.parts(x.size, x.size)
    sums = empty((len(ranges),), np.float64)
    threads.share(_total.on(x.dtype), [(memory, sums[k : k + 1], *r) for k, r in enumerate(ranges)])
    threads.share(_rounded_sum.on(x.dtype), [(y.reshape(1), sums)])
    return y


@adds_up
def _sum(x):  # type: ignore[no-untyped-def]
    total = 0.0
    for k in range(x.size):
        total += np.float64(x[k])
    return total


@kernel("void(T[::1], f8[::1], i8, i8)", writes=("found",))
def _total(x, found, start, stop):  # type: ignore[no-untyped-def]
    """Σ x of the numbers start…stop−1."""
    found[0] = _sum(x[start:stop])


@kernel("void(T[::1], f8[::1])", writes=("y",))
def _rounded_sum(y, sums):  # type: ignore[no-untyped-def]
    """The sum of a few numbers, in their order."""
    here = 0.0
    for k in range(sums.size):
        here += sums[k]
    y[0] = y.dtype.type(here)


@adds_up
def _squares(x):  # type: ignore[no-untyped-def]
    total = 0.0
    for k in range(x.size):
        total += np.float64(x[k]) * np.float64(x[k])
    return total


@kernel("void(T[::1], f8[::1], i8, i8)", writes=("found",))
def _square_sum(x, found, start, stop):  # type: ignore[no-untyped-def]
    """Σ x² of the numbers start…stop−1."""
    found[0] = _squares(x[start:stop])


@kernel("void(T[::1], T[::1])", writes=("total",))
def _sum_up(sums, total):  # type: ignore[no-untyped-def]
    """The sum of a few numbers, in their order."""
    here = sums.dtype.type(0)
    for k in range(sums.size):
        here += sums[k]
    total[0] = here

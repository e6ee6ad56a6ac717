"""The sum of squares, in one pass over the memory. See the reference."""

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
